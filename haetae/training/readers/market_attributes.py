"""Market-1501's attributes (Lin et al., 2017): 27 labels a person, in market_attribute.mat beside the crops of Market-1501."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from haetae.domain.attributes import AttributeName
from haetae.training.readers.layout import Layout, matlab, read
from haetae.training.readers.market1501 import market1501
from haetae.training.readers.samples import AttributeCrop, AttributeData, IdentityCrop

LAYOUT = Layout("Market-1501's attributes", "vana77/Market-1501_Attribute on GitHub", ("market_attribute.mat",))
_AGES = {1: "child", 2: "teenager", 4: "old"}  # 3 is any adult: the vocabulary tells young from middle-aged
_PEOPLE = "image_index"


def market_attributes(folder: Path) -> AttributeData:
    """Crops of Market-1501 in `folder`, each with the labels of its person. `test` is query and gallery. Raises Misconfigured."""
    root = LAYOUT.root(folder, ["Market-1501_Attribute*", "attribute"])
    crops, file = market1501(folder), root / "market_attribute.mat"
    told = matlab(file)["market_attribute"]
    names = read(file, lambda: tuple(name for name in told.train._fieldnames if name != _PEOPLE))
    train = read(file, lambda: _by_person(told.train, names))
    test = read(file, lambda: _by_person(told.test, names))
    return AttributeData(
        "Market-1501 attributes", names, _labelled(crops.train, train), (), _labelled((*crops.query, *crops.gallery), test)
    )


def in_vocabulary(labels: Mapping[str, int]) -> dict[AttributeName, str]:
    """One person's labels in the project's words: 1 and 2 are no and yes but for gender, hair, sleeves, lower clothing, age."""
    said = {
        AttributeName.GENDER: "male" if labels["gender"] == 1 else "female",
        AttributeName.HAIR: "short" if labels["hair"] == 1 else "long",
        AttributeName.UPPER_TYPE: "long_sleeve" if labels["up"] == 1 else "short_sleeve",
        AttributeName.LOWER_TYPE: _lower(labels),
        AttributeName.HAT: "hat" if labels["hat"] == 2 else "none",
        AttributeName.BAG: next((bag for bag in ("backpack", "handbag", "bag") if labels[bag] == 2), "none"),
    }
    if labels["age"] in _AGES:
        said[AttributeName.AGE_BAND] = _AGES[labels["age"]]
    for name, part in ((AttributeName.UPPER_COLOUR, "up"), (AttributeName.LOWER_COLOUR, "down")):
        colours = [label[len(part) :] for label, value in labels.items() if _is_colour(label, part) and value == 2]
        if len(colours) == 1:
            said[name] = "grey" if colours[0] == "gray" else colours[0]
    return said


def _lower(labels: Mapping[str, int]) -> str:
    if labels["clothes"] == 1:
        return "skirt"
    return "long_trousers" if labels["down"] == 1 else "short_trousers"


def _is_colour(label: str, part: str) -> bool:
    return label.startswith(part) and label != part


def _by_person(told: Any, names: tuple[str, ...]) -> dict[int, dict[str, int]]:
    people = np.atleast_1d(getattr(told, _PEOPLE))
    columns = {name: np.atleast_1d(getattr(told, name)).astype(int) for name in names}
    return {int(person): {name: int(column[i]) for name, column in columns.items()} for i, person in enumerate(people)}


def _labelled(crops: tuple[IdentityCrop, ...], people: Mapping[int, Mapping[str, int]]) -> tuple[AttributeCrop, ...]:
    """Yes is 2 of no-or-yes; of the others the second value."""
    return tuple(
        AttributeCrop(crop.file, tuple(value == 2 for value in labels.values()), in_vocabulary(labels))
        for crop in crops
        if (labels := people.get(crop.identity)) is not None
    )
