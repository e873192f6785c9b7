"""`haetae understand SENTENCE`: what a Korean or English sentence asks, before anything is looked for. Needs no services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Annotated

import typer

from haetae.cli.output import AsJson, emit, table_of
from haetae.domain.ids import CameraId
from haetae.language.understand import understand as understand_sentence
from haetae.language.understand import zone_of
from haetae.language.understanding import NamedPlace, Span, Understanding

_COLUMNS = ("words", "understood as")


def register(app: typer.Typer) -> None:
    app.command("understand", help="What a Korean or English sentence asks: attributes, time, places.")(understand)


def understand(
    sentence: Annotated[str, typer.Argument(help="Such as '빨간 패딩 입은 아이, 어제 3시쯤' or 'man in a red coat, no hat'.")],
    now: Annotated[str | None, typer.Option("--now", help="What 'yesterday' counts from, ISO 8601 [default: now].")] = None,
    zone: Annotated[str, typer.Option("--zone", help="The time zone of the sentence.")] = "Asia/Seoul",
    place: Annotated[
        list[str] | None, typer.Option("--place", help="A place that is known, with its cameras: 'North gate=gate-1,gate-2'.")
    ] = None,
    second_opinion: Annotated[
        bool,
        typer.Option(
            "--second-opinion", help="Also ask the language model at HAETAE_UNDERSTANDING__ENDPOINT: sends the sentence there."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Shows what was understood and what was not, each with its words. Nothing is looked for, and nothing sent unasked."""
    here = zone_of(zone)
    known = [_place(text) for text in place or []]
    instant = _instant(now, here)
    found = understand_sentence(sentence, now=instant, zone=here, places=known)
    document, rows = _document(found, here), list(_rows(found, here))
    if second_opinion:
        from haetae.cli.second_opinion import asked, rows_of  # brings the HTTP client and the API's shapes

        opinion = asked(found, now=instant, zone=here, places=known)
        document = {**document, "second_opinion": opinion.model_dump(mode="json", by_alias=True)}
        rows += rows_of(opinion, here)
    emit(document, as_json, lambda: table_of(found.text, _COLUMNS, rows))


def _instant(text: str | None, zone: tzinfo) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(text)
        return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)
    except ValueError:
        raise typer.BadParameter("is an instant such as 2026-05-04T09:30:00+09:00", param_hint="--now") from None


def _place(text: str) -> NamedPlace:
    name, _, cameras = text.partition("=")
    return NamedPlace(name.strip(), tuple(CameraId(camera.strip()) for camera in cameras.split(",") if camera.strip()))


def _document(found: Understanding, zone: tzinfo) -> Mapping[str, object]:
    """The understanding in the API's words (POST /v1/understandings); times in the sentence's zone."""
    asked = found.window
    ends = (None, None) if asked is None else (asked.window.start.astimezone(zone), asked.window.end.astimezone(zone))
    looks = [
        {"name": look.condition.name, "values": look.condition.values, "not": look.condition.negated, "spans": look.spans}
        for look in found.looks
    ]
    return {
        "text": found.text,
        "attributes": looks,
        "window": None if asked is None else {"from": ends[0], "to": ends[1], "assumed": asked.assumed, "spans": asked.spans},
        "places": [
            {
                "text": place.text,
                "names": [known.name for known in place.known],
                "cameras": place.cameras,
                "not": place.negated,
                "spans": place.spans,
            }
            for place in found.places
        ],
        "not_understood": found.not_understood,
        "query": {
            "attributes": [{name: value for name, value in look.items() if name != "spans"} for look in looks],
            "from": ends[0],
            "to": ends[1],
            "cameras": found.cameras,
        },
    }


def _rows(found: Understanding, zone: tzinfo) -> Iterator[Sequence[object]]:
    for look in found.looks:
        asked = look.condition
        yield _words(found, look.spans), f"{'not ' if asked.negated else ''}{asked.name}={'|'.join(asked.values)}"
    if found.window is not None:
        window = found.window.window
        ends = " - ".join(end.astimezone(zone).strftime("%Y-%m-%d %H:%M") for end in (window.start, window.end))
        yield _words(found, found.window.spans), ends + (f" ({found.window.assumed})" if found.window.assumed else "")
    for place in found.places:
        names = ", ".join(known.name for known in place.known)
        yield place.text, f"{'not ' if place.negated else ''}place: {names or 'not known'}"
    for words in found.not_understood:
        yield words.text, f"not understood: {words.reason.replace('-', ' ')}"


def _words(found: Understanding, spans: Sequence[Span]) -> str:
    return " ... ".join(found.text[span.start : span.end] for span in spans)
