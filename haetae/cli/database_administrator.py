"""`haetae database administrator`: the first key of a new installation, with which all others are made."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from haetae.cli.output import AsJson, emit, say
from haetae.settings import Settings
from haetae.store.administrator import NAME, ROLE, renew_administrator
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher

_ACTOR = "database administrator"


def administrator(as_json: AsJson = False) -> None:
    """The token stands alone on stdout, this once. Who may read the database's address may do this."""
    url = Settings.load().postgres.url.get_secret_value()
    store = open_store(url, cipher=Cipher([]), pool_size=1, application_name="haetae-database")
    try:
        token, ended = renew_administrator(store, datetime.now(UTC), actor=_ACTOR)
    finally:
        store.close()
    if as_json:
        emit({"name": NAME, "role": ROLE, "token": token, "ended_earlier": ended}, as_json)
    else:
        sys.stdout.write(token + "\n")
    say("The administrator's earlier key has ended." if ended else "This is the first key of this database.")
    say("Keep the token now: it is not shown again.")
