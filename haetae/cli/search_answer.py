"""The answer of `haetae search`: its people in order, their crops as files, remarks and tables, for one person or several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from rich.console import Group
from rich.table import Table

from haetae.cli.api import Api, Json
from haetae.cli.output import say, table_of

_COLUMNS = ["person", "#", "camera", "from", "to", "distance", "re-ranked", "evidence", "sighting", "crop"]


class Sort(StrEnum):
    """What people are listed by."""

    ORDER = "order"
    TIME = "time"
    NEWEST = "-time"


def sort_people(query: Json, sort: Sort) -> None:
    """Puts the people in order, each with its place by likelihood."""
    for answer in answers(query):
        people = answer["people"]
        for place, person in enumerate(people, start=1):
            person["place"] = place
        if sort is Sort.TIME:
            people.sort(key=lambda person: min(_seen(person)))
        elif sort is Sort.NEWEST:
            people.sort(key=lambda person: max(_seen(person)), reverse=True)


def fetch_crops(api: Api, query: Json, folder: Path) -> None:
    """Writes the crops, named by target (where there are several), person and place, and puts each file's path beside its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, answer in enumerate(answers(query), start=1):
        begin = f"target-{n}-" if query.get("targets") else ""
        for probe in answer["probes"]:
            probe["crop_file"] = _written(api, probe["crop_url"], folder / f"{begin}photo-{probe['photo'] + 1}.jpg")
        for person, place, candidate in _numbered(answer):
            name = f"{begin}person-{person}-{place}-{candidate['camera_id']}.jpg"
            candidate["crop_file"] = _written(api, candidate["crop_url"], folder / name)


def tell(query: Json) -> None:
    """Remarks: what the photos show, how many were found, and of a repetition what differs."""
    for name, answer in _named(query):
        for probe in answer["probes"]:
            people = "" if probe["n_people"] is None else f", one of {probe['n_people']}"
            lacks = f"; too poor to tell people apart: {probe['lacks']}" if probe.get("lacks") else ""
            say(f"{name}photo {probe['photo'] + 1}: person of quality {probe['quality']:.2f}{people}{lacks}")
        if there := answer.get("in_gallery"):
            say(f"{name}whether the person is among them at all: {there['found']} ({there['probability']:.2f})")
    n_people = sum(len(answer["people"]) for answer in answers(query))
    total_ms = query["timings_ms"].get("total", 0.0)
    say(f"{n_people} people among {query['n_gallery']} sightings in {total_ms:.0f} ms (query {query['id']})")
    if again := query.get("repeat"):
        say(_differs(again))


def tables(query: Json) -> Group:
    """A table for each who was looked for."""
    return Group(*(_table(name, answer) for name, answer in _named(query)))


def answers(query: Json) -> list[Json]:
    """The answer for the one person, or those for each of several."""
    return query.get("targets") or [query]


def _named(query: Json) -> Iterator[tuple[str, Json]]:
    """Each answer with the words that remarks on it begin with: none where there is one person only."""
    for n, answer in enumerate(answers(query), start=1):
        yield (f"{answer['label'] or f'target {n}'}: " if query.get("targets") else ""), answer


def _differs(again: Json) -> str:
    if again["same"]:
        return f"the same answer as query {again['of']}"
    changes = ", ".join(f"{change['name']}: {change['before']} -> {change['now']}" for change in again["changes"])
    told = f"differs from query {again['of']}: {len(again['appeared'])} sightings more, {len(again['disappeared'])} fewer"
    return told + (f" ({changes})" if changes else "")


def _seen(person: Json) -> list[datetime]:
    return [datetime.fromisoformat(candidate["started_at"]) for candidate in person["candidates"]]


def _numbered(answer: Json) -> Iterator[tuple[int, int, Json]]:
    """(the person's place, the candidate's within the person, the candidate), both counted from 1."""
    for person in answer["people"]:
        for place, candidate in enumerate(person["candidates"], start=1):
            yield person["place"], place, candidate


def _written(api: Api, url: str, file: Path) -> str:
    file.write_bytes(api.fetch(url))
    return str(file)


def _table(name: str, answer: Json) -> Table:
    rows = [
        [person if place == 1 else "", place, c["camera_id"], _local(c["started_at"]), _local(c["ended_at"]),
         c["distance"], c["reranked_distance"], c["evidence"], c["sighting_id"],
         c.get("crop_file", c["crop_url"])]
        for person, place, c in _numbered(answer)
    ]  # fmt: skip
    return table_of(f"{name}{'People' if rows else 'Nobody was found'}", _COLUMNS, rows)


def _local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M:%S")
