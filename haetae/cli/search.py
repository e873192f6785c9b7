"""`haetae search`: find a person by photos and attributes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from haetae.cli.api import Api, Event, Json, opened_api
from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.cli.status import HomeFolder
from haetae.domain.attributes import condition
from haetae.embedded.home import Home
from haetae.errors import Transient

Parts = list[tuple[str, tuple[str | None, str | bytes, str]]]
_COLUMNS = ["person", "#", "camera", "from", "to", "distance", "re-ranked", "evidence", "sighting", "crop"]


class Sort(StrEnum):
    """What people are listed by."""

    ORDER = "order"
    TIME = "time"
    NEWEST = "-time"


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
    sort: Annotated[
        Sort, typer.Option("--sort", help="People by likelihood, by when they were first seen, or the last seen first.")
    ] = Sort.ORDER,
    crops: Annotated[Path | None, typer.Option("--crops", help="Folder that the crops are written to.")] = None,
    accept_poor: Annotated[bool, typer.Option("--accept-poor", help="Also by photos that show too little.")] = False,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """People, the most likely first, each with its candidates. Without a window: the longest that is allowed, ending now.

    Ctrl-C cancels the query.
    """
    query = {
        "attributes": [_condition(words) for words in attributes.split(",") if words.strip()],
        "confirmed": [str(id) for id in confirmed or []],
        "rejected": [str(id) for id in rejected or []],
        "from": _instant(start, "--from"),
        "to": _instant(end, "--to"),
        "cameras": [camera.strip() for camera in cameras.split(",") if camera.strip()],
        "limit": limit,
        "accept_poor_probes": accept_poor,
    }
    with opened_api(Home.from_environment(home)) as api:
        parts: Parts = [("query", (None, json.dumps(query), "application/json"))]
        parts += [("photo", (path.name, path.read_bytes(), "application/octet-stream")) for path in photo or []]
        answer = _answered(api, parts)
        _sort(answer, sort)
        if crops is not None:
            _fetch(api, answer, crops)
    _tell(answer)
    emit(answer, as_json, lambda: _table(answer))


def _answered(api: Api, parts: Parts) -> Json:
    """The answer; meanwhile how far it is. The API cancels the query when nobody listens any more."""
    try:
        with progress("looking", total=1.0) as show:
            told = api.events("POST", "/v1/queries", files=parts)
            while (end := _end_of(told, show)).name == "moved":  # that process ends; another one tells the rest
                told = api.events("GET", end.data["location"])
            return end.data
    except KeyboardInterrupt:
        say("The query was cancelled.")
        raise typer.Exit(130) from None


def _end_of(stream: AbstractContextManager[Iterator[Event]], show: Callable[[float], None]) -> Event:
    """The answer, or where it moved to. Raises Transient where the stream breaks off before."""
    with stream as told:
        for event in told:
            if event.name == "progress":
                show(float(event.data["share"]))
            elif event.name in ("answer", "moved"):
                return event
    raise Transient("The API ended before its answer.")


def _sort(answer: Json, sort: Sort) -> None:
    """Puts the people in order, each with its place by likelihood."""
    people = answer["people"]
    for place, person in enumerate(people, start=1):
        person["place"] = place
    if sort is Sort.TIME:
        people.sort(key=lambda person: min(_seen(person)))
    elif sort is Sort.NEWEST:
        people.sort(key=lambda person: max(_seen(person)), reverse=True)


def _seen(person: Json) -> list[datetime]:
    return [datetime.fromisoformat(candidate["started_at"]) for candidate in person["candidates"]]


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
    """(the person's place, the candidate's within the person, the candidate), both counted from 1."""
    for person in answer["people"]:
        for place, candidate in enumerate(person["candidates"], start=1):
            yield person["place"], place, candidate


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
        lacks = f"; too poor to tell people apart: {probe['lacks']}" if probe.get("lacks") else ""
        say(f"photo {probe['photo'] + 1}: person of quality {probe['quality']:.2f}{people}{lacks}")
    total_ms = answer["timings_ms"].get("total", 0.0)
    say(f"{len(answer['people'])} people among {answer['n_gallery']} sightings in {total_ms:.0f} ms (query {answer['id']})")
    if there := answer.get("in_gallery"):
        say(f"whether the person is among them at all: {there['found']} ({there['probability']:.2f})")


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
