"""Attribute data in MATLAB files as their makers write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from haetae.domain.attributes import AttributeName
from haetae.errors import Misconfigured
from haetae.training.readers.market_attributes import market_attributes
from haetae.training.readers.pa100k import pa100k
from tests.unit.training.readers.pictures import pictures, text
from tests.unit.training.readers.test_identities import market

PA100K_LABELS = [
    "Female",
    "AgeOver60",
    "Age18-60",
    "AgeLess18",
    "Front",
    "Side",
    "Back",
    "Hat",
    "Glasses",
    "HandBag",
    "ShoulderBag",
    "Backpack",
    "HoldObjectsInFront",
    "ShortSleeve",
    "LongSleeve",
    "UpperStride",
    "UpperLogo",
    "UpperPlaid",
    "UpperSplice",
    "LowerStripe",
    "LowerPattern",
    "LongCoat",
    "Trousers",
    "Shorts",
    "Skirt&Dress",
    "boots",
]

MARKET_LABELS = [
    "backpack",
    "bag",
    "handbag",
    "hat",
    "upblack",
    "upwhite",
    "upred",
    "uppurple",
    "upyellow",
    "upgray",
    "upblue",
    "upgreen",
    "downblack",
    "downwhite",
    "downpink",
    "downpurple",
    "downyellow",
    "downgray",
    "downblue",
    "downgreen",
    "downbrown",
    "gender",
    "hair",
    "up",
    "down",
    "clothes",
    "age",
]


def cells(values: list[str]) -> np.ndarray:
    """A column of MATLAB cells."""
    return np.array(values, dtype=object).reshape(-1, 1)


def row(*labels: str) -> list[int]:
    """The 26 labels of a crop for which these hold."""
    return [int(label in labels) for label in PA100K_LABELS]


def test_pa100k_in_its_own_file(tmp_path: Path) -> None:
    """Names, labels and parts come from annotation.mat; in the vocabulary, what two labels claim is unknown."""
    pictures(tmp_path / "release_data", "000001.jpg", "080001.jpg", "090001.jpg", "090002.jpg")
    scipy.io.savemat(
        tmp_path / "annotation.mat",
        {
            "attributes": cells(PA100K_LABELS),
            "train_images_name": cells(["000001.jpg"]),
            "train_label": np.array([row("Female", "Front", "Backpack", "ShortSleeve", "Skirt&Dress")]),
            "val_images_name": cells(["080001.jpg"]),
            "val_label": np.array([row("Side", "Hat", "LongSleeve", "Trousers")]),
            "test_images_name": cells(["090001.jpg", "090002.jpg"]),
            "test_label": np.array([row("Back", "LongCoat", "Trousers", "HandBag", "Backpack"), row()]),
        },
    )
    data = pa100k(tmp_path)
    assert len(data.label_names) == 26
    assert (len(data.train), len(data.validation), len(data.test)) == (1, 1, 2)
    assert all(crop.file.is_file() for crop in data.train + data.validation + data.test)
    assert data.train[0].labels[data.label_names.index("Backpack")]
    assert data.train[0].attributes == {
        AttributeName.GENDER: "female",
        AttributeName.DIRECTION: "front",
        AttributeName.BAG: "backpack",
        AttributeName.UPPER_TYPE: "short_sleeve",
        AttributeName.LOWER_TYPE: "skirt",
        AttributeName.HAT: "none",
        AttributeName.OUTERWEAR: "none",
    }
    assert AttributeName.BAG not in data.test[0].attributes
    assert data.test[1].attributes[AttributeName.BAG] == "none"


def test_market_attributes_beside_the_crops(tmp_path: Path) -> None:
    """Every crop of a person has that person's labels; colours, bags and clothing come out in the vocabulary's words."""
    market(tmp_path)
    ones = dict.fromkeys(
        MARKET_LABELS,
        np.array([[1]]),
    )
    two = np.array([[2]])
    learn = {**ones, "gender": two, "hair": two, "clothes": two, "upgray": two, "downpink": two, "handbag": two, "age": two}
    test = {**ones, "up": two, "age": np.array([[3]]), "backpack": two, "hat": two}
    scipy.io.savemat(
        tmp_path / "market_attribute.mat",
        {
            "market_attribute": {
                "train": {**learn, "image_index": cells(["0002"])},
                "test": {**test, "image_index": cells(["0001"])},
            }
        },
    )
    data = market_attributes(tmp_path)
    assert len(data.label_names) == 27
    assert [crop.file.name for crop in data.train] == ["0002_c1s1_000451_03.jpg", "0002_c3s1_000551_01.jpg"]
    assert data.train[0].attributes == {
        AttributeName.GENDER: "female",
        AttributeName.HAIR: "long",
        AttributeName.UPPER_TYPE: "long_sleeve",
        AttributeName.LOWER_TYPE: "long_trousers",
        AttributeName.HAT: "none",
        AttributeName.BAG: "handbag",
        AttributeName.AGE_BAND: "teenager",
        AttributeName.UPPER_COLOUR: "grey",
        AttributeName.LOWER_COLOUR: "pink",
    }
    assert len(data.test) == 2
    asked = data.test[0].attributes
    assert AttributeName.AGE_BAND not in asked
    assert AttributeName.UPPER_COLOUR not in asked
    assert (asked[AttributeName.LOWER_TYPE], asked[AttributeName.BAG], asked[AttributeName.HAT]) == ("skirt", "backpack", "hat")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """What is no MATLAB file is told of with its name, not with a traceback."""
    text(tmp_path / "annotation.mat", "this is text")
    with pytest.raises(Misconfigured, match=r"annotation\.mat"):
        pa100k(tmp_path)
