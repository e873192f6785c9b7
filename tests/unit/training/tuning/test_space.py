"""What a search may choose from."""

from __future__ import annotations

import pytest

from haetae.errors import Misconfigured
from haetae.training.tuning.objectives import grid_of
from haetae.training.tuning.space import Range, space_of


def test_ranges_and_choices_are_read() -> None:
    """Whole ends give whole numbers; three parts are logarithmic; commas are choices."""
    space = space_of(["k1=4:40", "rate=1e-4:1e-2:log", "share=0.0:1.0", "kind=a, b"])
    assert space == {
        "k1": Range(4, 40, True, False),
        "rate": Range(1e-4, 1e-2, False, True),
        "share": Range(0, 1, False, False),
        "kind": ("a", "b"),
    }


@pytest.mark.parametrize("word", ["k1", "k1=", "k1=5:5", "k1=9:3", "k1=0:3:log", "k1=1:2:lin", "k1=a:b"])
def test_what_is_no_space_is_refused(word: str) -> None:
    """A message, no guess."""
    with pytest.raises(Misconfigured):
        space_of([word])


def test_a_grid_is_lists_of_words() -> None:
    """And an empty one is refused."""
    assert grid_of(["k1=10,20", "k2=6"]) == {"k1": ["10", "20"], "k2": ["6"]}
    with pytest.raises(Misconfigured):
        grid_of([])
