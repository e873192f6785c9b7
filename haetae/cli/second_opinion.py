"""`haetae understand --second-opinion`: asked of the configured language model from here, told in the API's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from haetae.errors import Misconfigured
from haetae.language.opinion.comparison import Agreement
from haetae.language.opinion.opinion import NoOpinion
from haetae.language.understanding import NamedPlace, Understanding
from haetae.settings import Settings
from services.search.understandings.second_opinion import ReadingOut, SecondOpinionOut, SlotOut
from services.search.understandings.second_reader import Asked, second_reader

_WORDS = {
    Agreement.AGREES: "agrees",
    Agreement.DIFFERS: "would rather ask",
    Agreement.ADDS: "would also ask",
    Agreement.LEAVES_OUT: "would not ask",
}


def asked(found: Understanding, *, now: datetime, zone: tzinfo, places: Sequence[NamedPlace]) -> SecondOpinionOut:
    """The configured model's opinion, or why there is none. Raises Misconfigured where none is configured: it was asked for."""
    reader = second_reader(Settings.load().understanding)
    if reader is None:
        raise Misconfigured("Set HAETAE_UNDERSTANDING__ENDPOINT and HAETAE_UNDERSTANDING__MODEL for second opinions.")
    try:
        return SecondOpinionOut.of(found, reader.opinion(Asked(found.text, now, zone, places)), reader.model)
    except NoOpinion as none:
        return SecondOpinionOut.none(none, reader.model)


def rows_of(opinion: SecondOpinionOut, zone: tzinfo) -> Iterator[Sequence[object]]:
    """Rows of the table: each slot with what the model says of it, then what could not be read of its reply."""
    if opinion.reason:
        yield "second opinion", opinion.reason
    for slot in opinion.slots:
        yield f"second opinion: {slot.slot}", f"{_WORDS[slot.verdict]} {_said(slot, zone)}"
    for part in opinion.unreadable:
        yield "second opinion: unreadable", f"{part.text} ({part.why})"


def _said(slot: SlotOut, zone: tzinfo) -> str:
    reading = slot.suggested or slot.understood
    return "" if reading is None else _text(reading, zone)


def _text(reading: ReadingOut, zone: tzinfo) -> str:
    if reading.window is not None:
        ends = (reading.window.start, reading.window.end)
        return " - ".join(end.astimezone(zone).strftime("%Y-%m-%d %H:%M") for end in ends)
    if reading.place is not None:
        return f"{'not ' if reading.place.negated else ''}{reading.place.text}"
    return ", ".join(f"{'not ' if look.negated else ''}{look.name}={'|'.join(look.values)}" for look in reading.attributes)
