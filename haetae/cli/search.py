"""`haetae search`: find people by photos and attributes, one or several, or ask a stored query again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from haetae.cli.api import Api, Event, Json, opened_api
from haetae.cli.output import AsJson, emit, progress, say
from haetae.cli.search_answer import Sort, fetch_crops, sort_people, tables, tell
from haetae.cli.search_request import Asking, Frame, Wanted, conditions, for_people, for_repetition, instant, person
from haetae.cli.status import HomeFolder
from haetae.embedded.home import Home
from haetae.errors import Transient

_USUAL_LIMIT = 20


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
    people: Annotated[
        list[str] | None,
        typer.Option("--person", help="One of several, such as 'label=the child, photo=a.jpg, hat=none'; again for each."),
    ] = None,
    repeat: Annotated[
        UUID | None, typer.Option("--repeat", help="A query's id: asked again as it is stored, or with another --from and --to.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="ISO 8601; local time without a zone.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="ISO 8601 [default: now].")] = None,
    cameras: Annotated[str, typer.Option("--cameras", help="Only these, with commas between them.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", help=f"At most so many candidates [default: {_USUAL_LIMIT}].", min=1, max=1000)
    ] = None,
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
    one = Wanted(photo or (), conditions(attributes), confirmed or (), rejected or ())
    several = [person(text) for text in people or []]
    where = [camera.strip() for camera in cameras.split(",") if camera.strip()]
    frame = Frame(instant(start, "--from"), instant(end, "--to"), where, limit, accept_poor)
    if repeat is not None:
        asking = for_repetition(repeat, one, several, frame)
    else:
        asking = for_people(one, several, replace(frame, limit=limit or _USUAL_LIMIT))
    with opened_api(Home.from_environment(home)) as api:
        answer = _answered(api, asking)
        sort_people(answer, sort)
        if crops is not None:
            fetch_crops(api, answer, crops)
    tell(answer)
    emit(answer, as_json, lambda: tables(answer))


def _answered(api: Api, asking: Asking) -> Json:
    """The answer; meanwhile how far it is. The API cancels the query when nobody listens any more."""
    try:
        with progress("looking", total=1.0) as show:
            told = api.events("POST", asking.path, **asking.how)
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
