"""What a second reader made of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from haetae.errors import HaetaeError
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow


class NoOpinion(HaetaeError):
    """There is no second opinion; the message says in plain words why, and may be shown."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of the reply that says nothing we can ask for, as it can be shown: one line, bounded, without control characters."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """The sentence as the second reader takes it, in our own words; `unreadable` is what had no place in them."""

    looks: Sequence[AskedLook] = field(default=())
    window: AskedWindow | None = None
    places: Sequence[AskedPlace] = field(default=())
    unreadable: Sequence[Unreadable] = field(default=())
