"""What `haetae search` was asked for on the command line, as a request of the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import typer

from haetae.cli.api import Json
from haetae.domain.attributes import AttributeName, condition

Files = list[tuple[str, tuple[str | None, str | bytes, str]]]
MOST_PEOPLE = 10
_PERSON = "--person"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person to look for."""

    photos: Sequence[Path] = ()
    attributes: Sequence[Json] = ()
    confirmed: Sequence[UUID] = ()
    rejected: Sequence[UUID] = ()
    label: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether nothing was said of a person."""
        return not (self.photos or self.attributes or self.confirmed or self.rejected)

    def document(self) -> Json:
        """The person as the API takes it, without the photos, which are files."""
        ids = {"confirmed": [str(id) for id in self.confirmed], "rejected": [str(id) for id in self.rejected]}
        return {"attributes": list(self.attributes), **ids}


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for all who are looked for: when, where, how many candidates."""

    start: str | None = None
    end: str | None = None
    cameras: Sequence[str] = ()
    limit: int | None = None
    accept_poor: bool = False

    def document(self) -> Json:
        """As the API takes it; what was not said is left out."""
        said = {"from": self.start, "to": self.end, "cameras": list(self.cameras), "limit": self.limit}
        return {name: value for name, value in said.items() if value} | {"accept_poor_probes": self.accept_poor}


@dataclass(frozen=True, slots=True)
class Asking:
    """A request: where it goes, and what goes with it."""

    path: str
    how: dict[str, Any] = field(default_factory=dict)


def for_people(one: Wanted, several: Sequence[Wanted], frame: Frame) -> Asking:
    """A new query for one person, or for each of several. Raises BadParameter where both are told of, or too many."""
    if several and not one.is_nobody:
        raise typer.BadParameter("stands alone: photos, attributes and sightings of a person are inside it", param_hint=_PERSON)
    if len(several) > MOST_PEOPLE:
        raise typer.BadParameter(f"is given at most {MOST_PEOPLE} times", param_hint=_PERSON)
    files: Files = []
    query = frame.document()
    if several:
        query["targets"] = [{"label": person.label, **person.document()} for person in several]
        files = [file for n, person in enumerate(several) for file in _photos(f"photo[{n}]", person.photos)]
    else:
        query |= one.document()
        files = _photos("photo", one.photos)
    return Asking("/v1/queries", {"files": [("query", (None, json.dumps(query), "application/json")), *files]})


def for_repetition(id: UUID, one: Wanted, several: Sequence[Wanted], frame: Frame) -> Asking:
    """The stored query again, in another window where one is said. Raises BadParameter where more than that is to differ."""
    if several or not one.is_nobody or frame.cameras or frame.limit or frame.accept_poor:
        raise typer.BadParameter(
            "asks as it was asked; only --from and --to can be otherwise. Ask anew for the rest", param_hint="--repeat"
        )
    window = {name: value for name, value in (("from", frame.start), ("to", frame.end)) if value}
    return Asking(f"/v1/queries/{id}/repeat", {"json": window})


def person(text: str) -> Wanted:
    """A person such as "label=the child, photo=a.jpg, photo=b.jpg, upper_colour=red|orange, not hat=hat".

    Parts stand between commas: label, photo, confirmed and rejected are ours, everything else is an attribute.
    Raises BadParameter, Refused (an attribute that is none).
    """
    ours: dict[str, list[str]] = {"label": [], "photo": [], "confirmed": [], "rejected": []}
    looks = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name in ours:
            ours[name].append(value)
        elif name.removeprefix("not ").strip() in set(AttributeName):
            looks.append(part)
        else:
            known = ", ".join([*ours, *AttributeName])
            raise typer.BadParameter(f"'{part}' is none of {known}", param_hint=_PERSON)
    photos = [Path(value) for value in ours["photo"]]
    for missing in (path for path in photos if not path.is_file()):
        raise typer.BadParameter(f"there is no file '{missing}'", param_hint=_PERSON)
    confirmed, rejected = ([_sighting(value) for value in ours[name]] for name in ("confirmed", "rejected"))
    return Wanted(photos, conditions(",".join(looks)), confirmed, rejected, " ".join(ours["label"]))


def conditions(text: str) -> list[Json]:
    """Conditions such as "upper_colour=red|orange, not bag=backpack, hat=none!" for the API. Raises Refused (422)."""
    return [_condition(words.strip()) for words in text.split(",") if words.strip()]


def instant(text: str | None, option: str) -> str | None:
    """An instant with its zone. Raises BadParameter."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError):
        raise typer.BadParameter("is an instant such as 2026-05-04T09:30:00+09:00", param_hint=option) from None


def _condition(words: str) -> Json:
    required = words.endswith("!")
    asked = condition(words.removesuffix("!"), required=required)
    return {"name": asked.name.value, "values": list(asked.values), "not": asked.negated, "required": asked.required}


def _sighting(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no sighting's id", param_hint=_PERSON) from None


def _photos(part: str, photos: Sequence[Path]) -> Files:
    return [(part, (path.name, path.read_bytes(), "application/octet-stream")) for path in photos]
