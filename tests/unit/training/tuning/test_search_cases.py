"""Cases out of stored queries, and folds of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from haetae.domain.attributes import AttributeName
from haetae.errors import Misconfigured
from haetae.store.tunings import ConfirmingQuery
from haetae.training.tuning.search_cases import cases_of, folds_of
from tests.kit.builders import T0, uuid

S = [uuid(f"sighting {n}") for n in range(9)]


def asked(
    number: int, confirmed: Sequence[UUID], rejected: Sequence[UUID] = (), *, repeats: int | None = None, **more: Any
) -> ConfirmingQuery:
    """The `number`-th query, as the API stores it."""
    request = {
        **_person(confirmed, rejected),
        "from": (T0 + timedelta(hours=number)).isoformat(),
        "to": (T0 + timedelta(hours=number + 1)).isoformat(),
        "cameras": [],
        "polygon": [],
        "limit": 50,
        "reranking": None,
        **more,
    }
    return ConfirmingQuery(_id(number), T0 + timedelta(hours=number), None if repeats is None else _id(repeats), request)


def _person(confirmed: Sequence[UUID], rejected: Sequence[UUID] = ()) -> dict[str, Any]:
    yes, no = ([str(id) for id in ids] for ids in (confirmed, rejected))
    return {"n_photos": 1, "confirmed": yes, "rejected": no, "attributes": []}


def _id(number: int) -> UUID:
    return uuid(f"query {number}")


def test_queries_that_confirm_the_same_sighting_are_one_case() -> None:
    """Directly, and by a third; scope and conditions are those that were asked last."""
    conditions = [{"name": "bag", "values": ["backpack"], "not": True}]
    queries = [asked(3, [S[1], S[2]], attributes=conditions), asked(2, [S[3], S[4]]), asked(1, [S[0], S[1]])]
    first, second = cases_of(queries)
    assert first.confirmed == tuple(sorted(S[:3]))
    assert first.scope.window.start == T0 + timedelta(hours=3)
    assert [(each.name, each.negated) for each in first.conditions] == [(AttributeName.BAG, True)]
    assert second.confirmed == tuple(sorted(S[3:5]))


def test_repeats_are_of_the_same_case() -> None:
    """A query and those asked again of it, whatever they confirm; people of one query stay apart."""
    three = [_person([]), _person(S[0:1]), _person(S[1:2])]
    again = [_person([]), _person(S[2:3]), _person(S[3:4])]
    queries = [asked(2, [], repeats=1, targets=again), asked(1, [], targets=three)]
    assert [case.confirmed for case in cases_of(queries)] == [tuple(sorted(pair)) for pair in ((S[0], S[2]), (S[1], S[3]))]


def test_the_newest_word_counts() -> None:
    """Who was confirmed and then rejected is somebody else, and the other way round."""
    queries = [asked(2, [S[0], S[1]], [S[2]]), asked(1, [S[0], S[2]], [S[1], S[3]])]
    (case,) = cases_of(queries)
    assert case.confirmed == tuple(sorted(S[:2]))
    assert case.rejected == tuple(sorted(S[2:4]))


def test_what_says_too_little_or_cannot_be_read_is_no_case() -> None:
    """One confirmed sighting has nobody to find; a request of another shape is left out."""
    strange = ConfirmingQuery(_id(7), T0, None, {"confirmed": [str(S[5]), str(S[6])]})
    unknown = asked(6, S[7:9], attributes=[{"name": "bag", "values": ["barrel"]}])
    assert cases_of([asked(1, S[:1]), strange, unknown]) == []


def test_too_few_cases_are_refused() -> None:
    """The message says how many there are, and what to do."""
    with pytest.raises(Misconfigured, match=r"at least 5 cases.*there are 4: confirm more"):
        folds_of(4, 5, 0)
    with pytest.raises(Misconfigured, match="there is 1"):
        folds_of(1, 5, 0)


def test_folds_part_cases_evenly() -> None:
    """Every case is in exactly one fold, folds differ by one case at most, and there are no more folds than cases."""
    folds = folds_of(13, 5, 0)
    assert sorted(np.bincount(folds).tolist()) == [2, 2, 3, 3, 3]
    assert np.array_equal(folds, folds_of(13, 5, 0))
    assert sorted(folds_of(6, 50, 0).tolist()) == list(range(6))
