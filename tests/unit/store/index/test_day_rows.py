"""A day's rows: appended, replaced and removed, while views that were taken before stay as they were."""

from __future__ import annotations

import numpy as np

from haetae.ranking.sign_bits import SignCode
from haetae.store.index.day_rows import DayRows, DayView, NewRows
from tests.kit.builders import unit_vectors

CODE = SignCode.around(unit_vectors(100, 64), 64)


def some(numbers: list[int], *, seed: int = 0) -> NewRows:
    """Rows with these ids, started in the opposite order."""
    n = len(numbers)
    ids = np.stack([np.array(numbers, np.uint64) * np.uint64(7), np.array(numbers, np.uint64)], axis=1)
    started = -np.array(numbers, np.int64)
    return NewRows(ids, started, started + 5, np.zeros(n, np.int32), unit_vectors(n, 64, seed=seed))


def there(view: DayView, generation: int) -> list[int]:
    """The ids that a reader of `generation` sees, in the order of the rows."""
    return [int(id) for id in view.ids[view.scanned.gone_from > generation][:, 1]]


def test_views_keep_what_they_saw() -> None:
    """Rows that are replaced or removed later are there for readers of before, and gone for those of after."""
    day = DayRows(CODE, 64, keeps_vectors=True)
    day.append(some(list(range(10))), 1)
    first = day.view()
    day.append(some([3, 4, 20]), 2)
    day.remove(some([0, 99]).ids, 2)
    second = day.view()
    assert there(first, 1) == list(range(10))
    assert there(second, 2) == [1, 2, 5, 6, 7, 8, 9, 3, 4, 20]
    assert (day.n, day.n_gone) == (13, 3)


def test_thousands_of_rows_are_found_by_their_ids() -> None:
    """However often room is made, each replacement marks exactly the row before it, and each later one that replacement."""
    day = DayRows(CODE, 64, keeps_vectors=False)
    for generation in range(1, 6):
        day.append(some(list(range(generation * 700)), seed=generation), generation)
    assert sorted(there(day.view(), 5)) == list(range(3500))
    assert day.n_gone == 700 + 1400 + 2100 + 2800


def test_a_removed_row_that_comes_back_is_there_once() -> None:
    """It counts from the generation in which it came back."""
    day = DayRows(CODE, 64, keeps_vectors=True)
    day.append(some([1, 2]), 1)
    day.remove(some([1]).ids, 2)
    day.append(some([1]), 3)
    assert [sorted(there(day.view(), generation)) for generation in (2, 3)] == [[1, 2], [1, 2]]
    day.append(some([1]), 4)
    assert sorted(there(day.view(), 4)) == [1, 2]


def test_compacting_leaves_what_counts_in_order_of_time() -> None:
    """The same rows with the same signs and vectors, sorted by their start; the older views keep theirs."""
    day = DayRows(CODE, 64, keeps_vectors=True)
    day.append(some(list(range(50))), 1)
    day.append(some(list(range(20)), seed=1), 2)
    before = day.view()
    smaller = day.compacted()
    after = smaller.view()
    assert there(after, 2) == sorted(range(50), reverse=True)
    assert (smaller.n, smaller.n_gone) == (50, 0)
    kept = {int(id): row for row, id in enumerate(before.ids[:, 1].tolist()) if before.scanned.gone_from[row] > 2}
    assert after.halves is not None
    assert before.halves is not None
    for row, id in enumerate(after.ids[:, 1].tolist()):
        assert np.array_equal(after.scanned.bits[row], before.scanned.bits[kept[id]])
        assert np.array_equal(after.halves[row], before.halves[kept[id]])
    smaller.append(some([5], seed=2), 3)
    assert sorted(there(smaller.view(), 3)) == list(range(50))


def test_a_day_without_rows_is_empty() -> None:
    """It can be looked at, and removing from it does nothing."""
    day = DayRows(CODE, 64, keeps_vectors=True)
    day.remove(some([1]).ids, 1)
    assert day.view().n == 0
    assert day.without_vectors().view().halves is None
