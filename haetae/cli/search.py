"""`haetae search`: find a person by photos and attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from haetae.cli.api import Api, Json, opened_api
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.status import HomeFolder
from haetae.domain.attributes import condition
from haetae.embedded.home import Home

_COLUMNS = ["person", "#", "camera", "from", "to", "distance", "re-ranked", "evidence", "sighting", "crop"]


def register(app: typer.Typer) -> None:
    app.command("search", help="Find a person by photo and attributes.")(search)


def search(  # noqa: PLR0913 - the options of a command
    photo: Annotated[
        list[Path] | None, typer.Option("--photo", help="A photo of the person (up to five).", exists=True, dir_okay=False)
    ] = None,
    attributes: Annotated[
        str,
        typer.Option("--attributes", help="Such as 'upper_colour=red|orange, not bag=backpack, hat=none!' (! means required)."),
    ] = "",
    confirmed: Annotated[
        list[UUID] | None, typer.Option("--confirmed", help="A sighting that shows the person; again for more.")
    ] = None,
    rejected: Annotated[
        list[UUID] | None, typer.Option("--rejected", help="A sighting that shows somebody else; again for more.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="ISO 8601; local time without a zone.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="ISO 8601 [default: now].")] = None,
    cameras: Annotated[str, typer.Option("--cameras", help="Only these, with commas between them.")] = "",
    limit: Annotated[int, typer.Option("--limit", help="At most so many candidates.", min=1, max=1000)] = 20,
    crops: Annotated[Path | None, typer.Option("--crops", help="Folder that the crops are written to.")] = None,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """People, the most likely first, each with its candidates. Without a window: the longest that is allowed, ending now."""
    query = {
        "attributes": [_condition(words) for words in attributes.split(",") if words.strip()],
        "confirmed": [str(id) for id in confirmed or []],
        "rejected": [str(id) for id in rejected or []],
        "from": _instant(start, "--from"),
        "to": _instant(end, "--to"),
        "cameras": [camera.strip() for camera in cameras.split(",") if camera.strip()],
        "limit": limit,
    }
    with opened_api(Home.from_environment(home)) as api:
        parts = [("query", (None, json.dumps(query), "application/json"))]
        parts += [("photo", (path.name, path.read_bytes(), "application/octet-stream")) for path in photo or []]  # type: ignore[misc]
        answer = api.ask("POST", "/v1/queries", files=parts)
        if crops is not None:
            _fetch(api, answer, crops)
    _tell(answer)
    emit(answer, as_json, lambda: _table(answer))


def _condition(words: str) -> Json:
    required = words.strip().endswith("!")
    asked = condition(words.strip().removesuffix("!"), required=required)
    return {"name": asked.name.value, "values": list(asked.values), "not": asked.negated, "required": asked.required}


def _instant(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError):
        raise typer.BadParameter("is an instant such as 2026-05-04T09:30:00+09:00", param_hint=option) from None


def _numbered(answer: Json) -> Iterator[tuple[int, int, Json]]:
    """(person, candidate, the candidate), both counted from 1."""
    for person, group in enumerate(answer["people"], start=1):
        for place, candidate in enumerate(group["candidates"], start=1):
            yield person, place, candidate


def _fetch(api: Api, answer: Json, folder: Path) -> None:
    """Writes the crops, named by person and place, and puts each file's path beside its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    for probe in answer["probes"]:
        probe["crop_file"] = _written(api, probe["crop_url"], folder / f"photo-{probe['photo'] + 1}.jpg")
    for person, place, candidate in _numbered(answer):
        name = f"person-{person}-{place}-{candidate['camera_id']}.jpg"
        candidate["crop_file"] = _written(api, candidate["crop_url"], folder / name)


def _written(api: Api, url: str, file: Path) -> str:
    file.write_bytes(api.fetch(url))
    return str(file)


def _tell(answer: Json) -> None:
    for probe in answer["probes"]:
        people = "" if probe["n_people"] is None else f", one of {probe['n_people']}"
        say(f"photo {probe['photo'] + 1}: person of quality {probe['quality']:.2f}{people}")
    total_ms = answer["timings_ms"].get("total", 0.0)
    say(f"{len(answer['people'])} people among {answer['n_gallery']} sightings in {total_ms:.0f} ms (query {answer['id']})")


def _table(answer: Json) -> Table:
    rows = [
        [person if place == 1 else "", place, c["camera_id"], _local(c["started_at"]), _local(c["ended_at"]),
         c["distance"], c["reranked_distance"], c["evidence"], c["sighting_id"],
         c.get("crop_file", c["crop_url"])]
        for person, place, c in _numbered(answer)
    ]  # fmt: skip
    return table_of("People" if rows else "Nobody was found", _COLUMNS, rows)


def _local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")
