"""A long window over a large gallery, scanned day by day: each statement stays short, and who waits hears how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow

R = TypeVar("R")
Between = Callable[[float], None]
"""Is called between the parts with the share, 0-1, that is done. What it raises ends the scan."""

WORTH_IT = 200_000
"""Sightings in the scope: fewer are scanned at once, sooner than anybody could be told anything."""


def scanned(
    scope: Scope, n_sightings: int, between: Between | None, scan: Callable[[Scope], list[R]], *, worth_it: int = WORTH_IT
) -> list[R]:
    """All that `scan` finds in the scope, as one piece or, from `worth_it` sightings on, day by day.

    What a sighting over midnight is found by is found on both days. Nothing is missed: it touches the window exactly where it
    touches one of its days.
    """
    parts: Sequence[TimeWindow] = [scope.window]
    if between is not None and n_sightings >= worth_it:
        parts = days_of(scope.window)
    found: list[R] = []
    for done, part in enumerate(parts, start=1):
        found += scan(replace(scope, window=part))
        if between is not None and len(parts) > 1:
            between(done / len(parts))
    return found


def days_of(window: TimeWindow) -> list[TimeWindow]:
    """The window cut at midnight (UTC, as the gallery's partitions are), in order, without gaps or overlaps."""
    cuts = [window.start]
    midnight = datetime.combine(window.start.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    while midnight < window.end:
        cuts.append(midnight)
        midnight += timedelta(days=1)
    return [TimeWindow(start, end) for start, end in zip(cuts, [*cuts[1:], window.end], strict=True)]
