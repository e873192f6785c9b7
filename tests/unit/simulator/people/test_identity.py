"""Identities: seeds, truth and frequencies."""

from __future__ import annotations

from collections import Counter

import numpy as np
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


def test_ages_are_told_by_hair_and_back() -> None:
    """Nobody young is grey, the middle-aged are greying, the old are light grey and stoop."""
    grey = {band: [p.hair.colour.bgr for p in PEOPLE if p.age_band == band] for band in VALUES[AttributeName.AGE_BAND]}
    assert max(max(bgr) - min(bgr) for bgr in grey["old"]) < 12
    assert min(min(bgr) for bgr in grey["old"]) > 140 > max(max(bgr) for bgr in grey["middle_aged"])
    assert all(max(bgr) < 80 or max(bgr) - min(bgr) > 20 for bgr in grey["child"] + grey["teenager"] + grey["young_adult"])
    assert min(p.body.stoop_deg for p in PEOPLE if p.age_band == "old") > 10


def test_what_has_to_be_told_apart_is_of_another_colour() -> None:
    """Nearly every bag against the garment under it, and skirts against uppers; over a dress nobody wears a coat."""
    bags = [p.bag.colour.differs_from(p.outermost.colour) for p in PEOPLE if p.bag is not None]
    skirts = [p.lower.colour.differs_from(p.upper.colour) for p in PEOPLE if p.lower.kind == "skirt"]
    assert np.mean(bags) > 0.9
    assert np.mean(skirts) > 0.7
    assert all(p.outerwear is None for p in PEOPLE if p.upper.kind == "dress")


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
