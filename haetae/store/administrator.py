"""The first administrator's API key: made in the database itself, since nobody could ask the API for it."""

from __future__ import annotations

from datetime import datetime

from haetae.store.store import Store

NAME = "administrator"
ROLE = "admin"


def renew_administrator(store: Store, at: datetime, *, actor: str) -> tuple[str, bool]:
    """A new key, and whether an earlier one ended with that. `actor` is who asked, for the audit. Raises Transient."""
    with store.begin() as transaction:
        token, ended = transaction.api_keys.renew(NAME, ROLE)
        detail = {"role": ROLE, "ended_earlier": ended}
        transaction.audit.record(actor, "key_added", f"key/{NAME}", detail, at)
    return token, ended
