"""`haetae key add|list|remove`: who may call the API, and as what."""

from __future__ import annotations

from typing import Annotated

import typer

from haetae.cli.api import opened_api
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.status import HomeFolder
from haetae.embedded.home import Home
from haetae.http.access import Role


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("add", help="Make a key; it is shown this once.")(add)
    group.command("list", help="All keys, without their secrets.")(list_command)
    group.command("remove", help="End keys.")(remove)
    app.add_typer(group, name="key", help="Add, list and remove API keys.")


def add(
    name: Annotated[str, typer.Argument(help="Whom it is for; the audit names it.")],
    role: Annotated[Role, typer.Option("--role", help="viewers look, operators search, admins configure.")] = Role.OPERATOR,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    with opened_api(Home.from_environment(home)) as api:
        key = api.ask("POST", "/v1/keys", json={"name": name, "role": role.value})
    emit(key, as_json, lambda: table_of("Key", ["name", "role", "token"], [[key["name"], key["role"], key["token"]]]))
    say("Keep the token now: it is not shown again.")


def list_command(home: HomeFolder = None, as_json: AsJson = False) -> None:
    with opened_api(Home.from_environment(home)) as api:
        keys = api.ask("GET", "/v1/keys")["items"]
    rows = [[key["name"], key["role"], key["created_at"]] for key in keys]
    emit(keys, as_json, lambda: table_of("Keys", ["name", "role", "since"], rows))


def remove(
    names: Annotated[list[str], typer.Argument(help="Keys to end.")], home: HomeFolder = None, as_json: AsJson = False
) -> None:
    with opened_api(Home.from_environment(home)) as api:
        for name in names:
            api.ask("DELETE", f"/v1/keys/{name}")
            say(f"{name} is ended")
    emit({"removed": names}, as_json, lambda: table_of("Ended", ["key"], [[name] for name in names]))
