"""The first API key of a new database."""

from __future__ import annotations

from haetae.store.engine import open_store
from haetae.store.secrets import Cipher

_NAME = "administrator"
_ROLE = "admin"


def ensure_administrator(url: str, known: str | None) -> str:
    """`known` where the database knows it; else a new key, in the place of a lost one. Raises Transient."""
    store = open_store(url, cipher=Cipher([]), pool_size=1, application_name="haetae-supervisor")
    try:
        with store.begin() as transaction:
            if known is not None and transaction.api_keys.caller(known) is not None:
                return known
            if any(key.name == _NAME for key in transaction.api_keys.all()):
                transaction.api_keys.remove(_NAME)
            return transaction.api_keys.add(_NAME, _ROLE)
    finally:
        store.close()
