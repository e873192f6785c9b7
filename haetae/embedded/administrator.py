"""The first API key of a database whose home folder remembers it."""

from __future__ import annotations

from datetime import UTC, datetime

from haetae.store.administrator import renew_administrator
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher


def ensure_administrator(url: str, known: str | None) -> str:
    """`known` where the database knows it; else a new key, in the place of a lost one. Raises Transient."""
    store = open_store(url, cipher=Cipher([]), pool_size=1, application_name="haetae-supervisor")
    try:
        if known is not None and store.caller(known) is not None:
            return known
        token, _ = renew_administrator(store, datetime.now(UTC), actor="supervisor")
        return token
    finally:
        store.close()
