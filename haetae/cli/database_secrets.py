"""`haetae database renew-secrets`: camera passwords and webhook secrets under the first key, while services go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.settings import Settings
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.secrets_at_rest import TABLES, Census
from haetae.store.store import Store

_FAILED = 1


def renew_secrets(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which key each secret was encrypted with.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keys are those of HAETAE_SECRETS__CREDENTIAL_KEYS, the newest first. Ends with 0 where the first reads every secret.

    May be ended at any time and asked again, by any number at once. Keys are told by ids that give nothing away.
    """
    settings = Settings.load()
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    url = settings.postgres.url.get_secret_value()
    store = open_store(url, cipher=cipher, pool_size=1, application_name="haetae-renew-secrets")
    try:
        before = _census(store)
        done = None if dry_run else _renew(store, before)
        after = before if done is None else _census(store)
    finally:
        store.close()
    _tell(done, after, as_json=as_json)
    if after.n_older or after.unreadable:
        raise typer.Exit(_FAILED)


def _census(store: Store) -> Census:
    with store.begin() as transaction:
        return transaction.secrets.census()


def _renew(store: Store, census: Census) -> tuple[int, int]:
    """How many were encrypted anew and how many were up to date; a batch in each transaction."""
    n_renewed, n_current = 0, 0
    with progress("Renewing secrets", total=sum(census.by_key.values())) as show:
        for table in TABLES:
            last: object = None
            while True:
                with store.begin() as transaction:
                    batch = transaction.secrets.renew(table, datetime.now(UTC), after=last)
                if batch is None:
                    break
                last, n_renewed, n_current = batch.last, n_renewed + batch.n_renewed, n_current + batch.n_current
                show(n_renewed + n_current)
    return n_renewed, n_current


def _tell(done: tuple[int, int] | None, census: Census, *, as_json: bool) -> None:
    keys = [{"place": place, "key": key, "secrets": n} for place, (key, n) in enumerate(census.by_key.items(), 1)]
    result = {"renewed": done[0] if done else 0, "keys": keys, "unreadable": census.unreadable}
    rows = [tuple(key.values()) for key in keys] + [(None, "none reads them", len(census.unreadable))]
    emit(result, as_json, lambda: table_of("Secrets", ["place in the list", "key", "secrets"], rows))
    if done is not None:
        say(f"{done[0]} encrypted anew, {done[1]} were up to date.")
    for row in census.unreadable:
        say(f"No key reads {row}: put its key back at the end of the list, or set the secret anew.", style="bold red")
    if census.n_older and done is None:
        say(f"{census.n_older} are to be encrypted anew: `haetae database renew-secrets`.", style="yellow")
    elif census.n_older:
        say(
            f"{census.n_older} were written with an older key meanwhile: restart what still has the old list, then again.",
            "yellow",
        )
    elif not census.unreadable:
        say("No secret needs any key but the first.", style="green")
