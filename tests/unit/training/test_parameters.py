"""Recipes as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from haetae.errors import Misconfigured
from haetae.training.parameters import differences, digest, overridden, plain, restored
from haetae.training.recipe import Optimisation


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Example:
    seed: int = 1
    share: float = 0.5
    flip: bool = True
    title: str = "a"
    colour: Colour = Colour.RED
    where: Path | None = None
    sizes: tuple[int, ...] = (1, 2)
    pairs: tuple[tuple[int, int], ...] = ((1, 2),)
    optimisation: Optimisation = field(default_factory=Optimisation)


def test_each_type_is_read_from_words() -> None:
    """A field takes what its type can be written as; a number given to a word stays a word."""
    words = ["seed=7", "share=1e-3", "flip=false", "title=12", "colour=red", "where=/a", "sizes=3,4", "pairs=[[3, 4], [5, 6]]"]
    changed = overridden(Example(), [*words, "optimisation.steps=9", "optimisation.seconds=2400", "optimisation.precision=bf16"])
    assert (changed.seed, changed.share, changed.flip, changed.title) == (7, 0.001, False, "12")
    assert (changed.colour, changed.where, changed.sizes, changed.pairs) == (Colour.RED, Path("/a"), (3, 4), ((3, 4), (5, 6)))
    assert changed.optimisation == Optimisation(steps=9, seconds=2400.0, precision="bf16")
    assert overridden(changed, ["where=none", "optimisation.seconds=none"]).where is None


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("seed", "not of the form field=value"),
        ("step=1", "it has seed, share"),
        ("seed=many", "'many' is no value for seed (int)"),
        ("optimisation=1", "optimisation.steps"),
        ("optimisation.precision=f16", "no value for optimisation.precision"),
        ("optimisation.steps=0", "must be above 0"),
        ("seed.deeper=1", "has no fields"),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(setting: str, words: str) -> None:
    """The message names the field, its type, or the fields that there are."""
    with pytest.raises(Misconfigured) as caught:
        overridden(Example(), [setting])
    assert words in caught.value.message


def test_parameters_survive_json_and_differences_are_named() -> None:
    """What was written is read back equal; two recipes differ exactly in the fields that differ."""
    one, other = Example(where=Path("a/b")), overridden(Example(where=Path("a/b")), ["optimisation.steps=5"])
    assert restored(Example, plain(one)) == one
    assert digest(plain(one)) == digest(plain(Example(where=Path("a/b")))) != digest(plain(other))
    assert differences(plain(one), plain(other)) == ["optimisation.steps: 1000 -> 5"]


def test_parameters_of_a_class_that_changed_are_refused() -> None:
    """A run of another time is not misread."""
    with pytest.raises(Misconfigured, match="seed"):
        restored(Example, plain(Example()) | {"seed": "x"})
