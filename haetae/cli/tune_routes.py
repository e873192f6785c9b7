"""`haetae tune routes`: travel times between cameras, learned from confirmed and certain sightings."""

from __future__ import annotations

from typing import Annotated

import typer

from haetae.cli.api import Json, opened_api
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.status import HomeFolder
from haetae.embedded.home import Home


def tune_routes(
    days: Annotated[float, typer.Option("--days", min=0.01, max=366, help="How far back to learn from.")] = 30.0,
    certain: Annotated[
        bool, typer.Option("--certain/--confirmed-only", help="Also from sightings of which the network is certain.")
    ] = True,
    max_distance: Annotated[
        float | None, typer.Option("--max-distance", min=0.0, max=2.0, help="Cosine distance up to which a pair can be certain.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to what was known before.")] = False,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Learns anew; queries use it from now on. Shows how well it foretells people who were held out, beside what was before."""
    with opened_api(Home.from_environment(home)) as api:
        if undo:
            api.ask("DELETE", "/v1/travel-times")
            say("What was learned last is forgotten.")
            emit({"forgotten": True}, as_json, lambda: table_of("Travel times", ("what", "value"), [("forgotten", "the newest")]))
            return
        asked: Json = {"days": days, "certain": certain}
        learned = api.ask(
            "POST", "/v1/travel-times", json=asked if max_distance is None else {**asked, "max_distance": max_distance}
        )
    emit(learned, as_json, lambda: table_of("Travel times", ("what", "value"), _rows(learned)))


def _rows(learned: Json) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        ("people confirmed", learned["n_confirmed"]),
        ("people certain", learned["n_certain"]),
        ("ways between two sightings", learned["n_examples"]),
        ("pairs of cameras", learned["n_pairs"]),
    ]
    held_out = learned["held_out"]
    if held_out is None:
        return [*rows, ("held out", "too little to measure on")]
    return [
        *rows,
        *((f"held out, {name.replace('_', ' ')}", held_out[name]) for name in ("n_examples", "by_map", "before", "now")),
    ]
