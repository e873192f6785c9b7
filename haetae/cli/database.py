"""`haetae database migrate|status|administrator|renew-secrets`: the schema, the first key, and secrets under a new one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from haetae.cli.database_administrator import administrator
from haetae.cli.database_secrets import renew_secrets
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.errors import Transient
from haetae.settings import Settings
from haetae.store.migration import migrate, schema_of

_ASK_EVERY_S = 1.0
_FAILED = 1

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("migrate", help="Apply what is missing; any number may do it at once.")(migrate_command)
    group.command("status", help="Which schema the database has, and which this program needs.")(status_command)
    group.command("administrator", help="Make the first administrator's API key; an earlier one ends.")(administrator)
    group.command("renew-secrets", help="Encrypt what is stored secretly anew, with the first key.")(renew_secrets)
    app.add_typer(group, name="database", help="The schema, the first administrator's key, secrets under a new key.")


def migrate_command(
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait for PostgreSQL.", min=0)] = 0.0,
    as_json: AsJson = False,
) -> None:
    """The database is that of HAETAE_POSTGRES__URL. Ends with 1 where it does not answer in time."""
    url = Settings.load().postgres.url.get_secret_value()
    before, after = patiently(lambda: migrate(url), wait)
    say("Nothing was missing." if before == after else f"Migrated from {before or 'nothing'} to {after}.")
    emit({"from": before, "to": after}, as_json, lambda: table_of("Schema", ["from", "to"], [(before, after)]))


def status_command(as_json: AsJson = False) -> None:
    """Ends with 1 where something is missing, or PostgreSQL does not answer."""
    schema = schema_of(Settings.load().postgres.url.get_secret_value())
    row = {"has": schema.has, "needs": schema.needs, "serves": schema.serves}
    emit(row, as_json, lambda: table_of("Schema", list(row), [tuple(row.values())]))
    if not schema.serves:
        say("Run `haetae database migrate`.", style="yellow")
        raise typer.Exit(_FAILED)


def patiently(act: Callable[[], T], wait_s: float) -> T:
    """What `act` gives, tried again for so long while PostgreSQL is away. Raises Transient."""
    until_s = time.monotonic() + wait_s
    told = False
    while True:
        try:
            return act()
        except Transient as away:
            if time.monotonic() >= until_s:
                raise
            if not told:
                say(f"{away.message} Waiting for up to {wait_s:.0f} s.")
                told = True
        time.sleep(_ASK_EVERY_S)
