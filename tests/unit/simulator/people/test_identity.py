"""Identities: seeds, truth and frequencies."""

from __future__ import annotations

from collections import Counter

import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Refused
from haetae.imaging.colours import colour_name
from haetae.simulator.people.identity import identity, look_alike

PEOPLE = [identity(seed) for seed in range(400)]


def test_the_same_seed_is_the_same_person() -> None:
    """A seed gives one person, another seed another."""
    assert identity(7) == identity(7)
    assert identity(7) != identity(8)


def test_truth_speaks_the_product_s_words() -> None:
    """Every attribute but the direction has a value, and all values are of the closed vocabulary."""
    for who in PEOPLE:
        truth = who.attributes
        assert set(truth) == set(AttributeName) - {AttributeName.DIRECTION}
        assert all(value in VALUES[name] for name, value in truth.items())


def test_every_value_is_worn_by_somebody() -> None:
    """Nothing of the vocabulary is missing from the streets, workers included."""
    everybody = [*PEOPLE, *(identity(seed, worker=True) for seed in range(20))]
    for name in set(AttributeName) - {AttributeName.DIRECTION}:
        seen = {who.attributes[name] for who in everybody}
        assert seen == set(VALUES[name]), name


def test_colours_have_the_name_that_the_product_measures() -> None:
    """The named colour of a garment is what the product calls that colour."""
    for who in PEOPLE[:60]:
        for colour in (who.upper.colour, who.lower.colour, who.shoes.colour):
            assert colour.name == colour_name(colour.bgr)


def test_the_wardrobe_is_natural() -> None:
    """Half of the uppers are black, grey, white or blue (navy), and about two in three are plain."""
    colours = Counter(who.attributes[AttributeName.UPPER_COLOUR] for who in PEOPLE)
    assert sum(colours[name] for name in ("black", "grey", "white", "blue")) > 0.5 * len(PEOPLE)
    plain = sum(who.upper.pattern is None for who in PEOPLE) / len(PEOPLE)
    assert 0.58 < plain < 0.75


def test_workers_wear_helmet_and_vest_nearly_always() -> None:
    """On a building site helmet and vest are the rule, their lack the exception that can be told."""
    workers = [identity(seed, worker=True).attributes for seed in range(100)]
    assert 80 <= sum(truth[AttributeName.HAT] == "helmet" for truth in workers) < 100
    assert 75 <= sum(truth[AttributeName.OUTERWEAR] == "vest" for truth in workers) < 100


def test_an_age_band_can_be_asked_for() -> None:
    """A child is small, and an unknown band is refused with those that exist."""
    assert identity(3, age_band="child").stature_m < 1.5
    assert identity(3, age_band="old").attributes[AttributeName.AGE_BAND] == "old"
    with pytest.raises(Refused, match="teenager"):
        identity(3, age_band="ancient")


def test_look_alikes_share_the_outfit_and_nothing_else() -> None:
    """The same clothes and bag on another body of the same sex and age."""
    who = PEOPLE[5]
    other = look_alike(who, 99)
    same = ("upper", "lower", "outerwear", "headgear", "eyewear", "bag", "gender", "age_band")
    assert all(getattr(other, part) == getattr(who, part) for part in same)
    assert other.seed == 99
    assert other.body != who.body
