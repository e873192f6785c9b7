"""Cases out of the queries in which operators confirmed sightings, and folds of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from haetae.domain.attributes import AttributeCondition
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow
from haetae.errors import Misconfigured, Refused
from haetae.store.tunings import ConfirmingQuery
from services.search.queries.schemas import AskedOut

LEAST_CASES = 5
"""With fewer, what is best on some says nothing of the others."""


@dataclass(frozen=True, slots=True)
class Case:
    """One person who was looked for: sightings that an operator said are, and are not, the person; scope and conditions as they
    were asked last."""

    confirmed: tuple[TrackletId, ...]
    rejected: tuple[TrackletId, ...]
    conditions: tuple[AttributeCondition, ...]
    scope: Scope


@dataclass(frozen=True, slots=True)
class _Told:
    """What one query says of one of its people; `about` names it, and what it is asked again of."""

    about: tuple[tuple[UUID, int], ...]
    case: Case


def cases_of(queries: Sequence[ConfirmingQuery]) -> list[Case]:
    """The cases with at least two confirmed sightings, in the order in which they were asked last.

    Queries are of one case where one repeats the other, or where they confirm the same sighting. `queries` stand newest first;
    of a sighting that was both confirmed and rejected the newest word counts. Requests that cannot be read are left out.
    """
    told = [each for query in queries for each in _told(query)]
    together = [_joined([each.case for each in group]) for group in _groups(told)]
    return [case for case in together if len(case.confirmed) >= 2]


def folds_of(n_cases: int, n_folds: int, seed: int) -> NDArray[np.intp]:
    """(n_cases,) 0 .. n_folds - 1: the fold of each case, folds of nearly equal size. Raises Misconfigured: too few cases."""
    if n_cases < LEAST_CASES:
        raise Misconfigured(
            f"Search is tuned on at least {LEAST_CASES} cases with two or more confirmed sightings each, and there "
            f"{'is' if n_cases == 1 else 'are'} {n_cases}: confirm more candidates in the answers to queries, and try again."
        )
    folds = np.empty(n_cases, np.intp)
    folds[np.random.default_rng(seed).permutation(n_cases)] = np.arange(n_cases) % min(n_folds, n_cases)
    return folds


def _told(query: ConfirmingQuery) -> Iterator[_Told]:
    try:
        asked = AskedOut.model_validate(query.request)
        window = TimeWindow(asked.start, asked.end)
        scope = Scope(window, tuple(map(CameraId, asked.cameras)), tuple(corner.point() for corner in asked.polygon))
        for n, target in enumerate(asked.wanted):
            if target.confirmed:
                conditions = tuple(condition.condition() for condition in target.attributes)
                confirmed, rejected = (tuple(map(TrackletId, ids)) for ids in (target.confirmed, target.rejected))
                about = tuple((id, n) for id in (query.id, query.repeats) if id is not None)
                yield _Told(about, Case(confirmed, rejected, conditions, scope))
    except (ValidationError, ValueError, Refused):  # by an earlier version, of attributes that are no more
        return


def _groups(told: Sequence[_Told]) -> list[list[_Told]]:
    """Those that tell of one person, in order; the groups by their first."""
    root = list(range(len(told)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    first: dict[object, int] = {}
    for i, each in enumerate(told):
        for known in (*each.about, *each.case.confirmed):
            a, b = find(first.setdefault(known, i)), find(i)
            root[max(a, b)] = min(a, b)
    groups: dict[int, list[_Told]] = {}
    for i, each in enumerate(told):
        groups.setdefault(find(i), []).append(each)
    return list(groups.values())


def _joined(newest_first: Sequence[Case]) -> Case:
    said: dict[TrackletId, bool] = {}
    for case in newest_first:
        for id in case.rejected:
            said.setdefault(id, False)
        for id in case.confirmed:
            said.setdefault(id, True)
    yes, no = (tuple(sorted(id for id, is_right in said.items() if is_right is wanted)) for wanted in (True, False))
    return replace(newest_first[0], confirmed=yes, rejected=no)
