"""Which of two readers began earlier."""

from __future__ import annotations

import pytest

from haetae.store.index.snapshot import Snapshot


@pytest.mark.parametrize(
    ("earlier", "later", "precedes"),
    [
        ("10:10:", "10:10:", True),
        ("10:12:10", "10:12:10", True),
        ("10:12:10,11", "11:12:11", True),  # 10 has ended meanwhile
        ("11:12:11", "10:12:10,11", False),
        ("10:12:10", "12:15:", True),
        ("10:12:10", "10:15:10,13", True),
        ("10:12:10", "11:15:11,13", False),  # the first saw 11 as ended: it began after the second, whatever the ends say
        ("12:15:", "10:12:10", False),
    ],
)
def test_a_reader_precedes_one_that_sees_all_that_it_sees(earlier: str, later: str, precedes: bool) -> None:
    """By the transactions that had not ended, and those that had not begun."""
    assert Snapshot.parse(earlier).precedes(Snapshot.parse(later)) is precedes
