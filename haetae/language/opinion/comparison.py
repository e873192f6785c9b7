"""Our understanding and a second opinion, slot by slot: what an operator may take over from the other reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.language.opinion.opinion import Opinion
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow, Understanding

WINDOW, PLACE = "window", "place"


class Agreement(StrEnum):
    """How the second opinion on a slot stands to ours."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ADDS = "adds"  # we have nothing there
    LEAVES_OUT = "leaves-out"  # it has nothing there


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader has in a slot: the conditions on one attribute, a window, or a place."""

    looks: Sequence[AskedLook] = field(default=())
    window: AskedWindow | None = None
    place: AskedPlace | None = None


@dataclass(frozen=True, slots=True)
class ComparedSlot:
    """One slot, by both readers: an attribute's name, "window" or "place". None is a reader who has nothing there."""

    slot: str
    verdict: Agreement
    ours: Reading | None
    theirs: Reading | None


def compared(ours: Understanding, theirs: Opinion) -> list[ComparedSlot]:
    """Every slot that at least one of the two fills: attributes in the order of the vocabulary, the window, places."""
    return [*_looks(ours.looks, theirs.looks), *_windows(ours.window, theirs.window), *_places(ours.places, theirs.places)]


def _looks(ours: Sequence[AskedLook], theirs: Sequence[AskedLook]) -> Iterator[ComparedSlot]:
    for name in AttributeName:
        mine, other = ([look for look in looks if look.condition.name is name] for looks in (ours, theirs))
        if mine or other:
            same = _meaning(mine) == _meaning(other)
            yield _slot(name.value, Reading(looks=mine) if mine else None, Reading(looks=other) if other else None, same)


def _meaning(looks: Sequence[AskedLook]) -> set[frozenset[str]]:
    """The values that each condition leaves possible: "bag=none" is the same as "not" every bag there is."""
    return {_left(look.condition) for look in looks}


def _left(condition: AttributeCondition) -> frozenset[str]:
    values = frozenset(condition.values)
    return frozenset(VALUES[condition.name]) - values if condition.negated else values


def _windows(ours: AskedWindow | None, theirs: AskedWindow | None) -> Iterator[ComparedSlot]:
    mine, other = (None if asked is None else Reading(window=asked) for asked in (ours, theirs))
    if mine or other:
        yield _slot(WINDOW, mine, other, ours is not None and theirs is not None and ours.window == theirs.window)


def _places(ours: Sequence[AskedPlace], theirs: Sequence[AskedPlace]) -> Iterator[ComparedSlot]:
    """Places are the same where one's words hold the other's: 수성못 and 수성못 입구."""
    left = list(theirs)
    for place in ours:
        other = next((one for one in left if _are_one(place, one)), None)
        if other is None:
            yield _slot(PLACE, Reading(place=place), None, False)
        else:
            left.remove(other)
            yield _slot(PLACE, Reading(place=place), Reading(place=other), place.negated == other.negated)
    for other in left:
        yield _slot(PLACE, None, Reading(place=other), False)


def _are_one(one: AskedPlace, other: AskedPlace) -> bool:
    a, b = ("".join(place.text.casefold().split()) for place in (one, other))
    return a in b or b in a


def _slot(name: str, ours: Reading | None, theirs: Reading | None, same: bool) -> ComparedSlot:
    if ours is None:
        verdict = Agreement.ADDS
    elif theirs is None:
        verdict = Agreement.LEAVES_OUT
    else:
        verdict = Agreement.AGREES if same else Agreement.DIFFERS
    return ComparedSlot(name, verdict, ours, theirs)
