"""PA-100K (Liu et al., ICCV 2017): 100,000 crops with 26 yes-or-no labels each, in annotation.mat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from haetae.domain.attributes import AttributeName
from haetae.training.readers.layout import Layout, matlab, read
from haetae.training.readers.samples import AttributeCrop, AttributeData

LAYOUT = Layout("PA-100K", "xh-liu/HydraPlus-Net on GitHub", ("annotation.mat",))
_PICTURES = ("release_data/release_data", "release_data", "data/release_data/release_data", "data")

_SAYS = {
    "Front": (AttributeName.DIRECTION, "front"),
    "Side": (AttributeName.DIRECTION, "side"),
    "Back": (AttributeName.DIRECTION, "back"),
    "HandBag": (AttributeName.BAG, "handbag"),
    "ShoulderBag": (AttributeName.BAG, "crossbody"),
    "Backpack": (AttributeName.BAG, "backpack"),
    "ShortSleeve": (AttributeName.UPPER_TYPE, "short_sleeve"),
    "LongSleeve": (AttributeName.UPPER_TYPE, "long_sleeve"),
    "Trousers": (AttributeName.LOWER_TYPE, "long_trousers"),
    "Shorts": (AttributeName.LOWER_TYPE, "short_trousers"),
    "Skirt&Dress": (AttributeName.LOWER_TYPE, "skirt"),
}


def pa100k(folder: Path) -> AttributeData:
    """The data set in `folder`. What the vocabulary cannot say (glasses of which kind, ages over 18) stays unknown.

    Raises Misconfigured.
    """
    root = LAYOUT.root(folder, ["PA-100K", "pa100k", "annotation"])
    where = next((root / part for part in _PICTURES if (root / part).is_dir()), root / _PICTURES[0])
    told = matlab(root / "annotation.mat")
    names = tuple(str(name) for name in read(root / "annotation.mat", lambda: np.atleast_1d(told["attributes"])))

    def part(name: str) -> tuple[AttributeCrop, ...]:
        files, labels = np.atleast_1d(told[f"{name}_images_name"]), np.asarray(told[f"{name}_label"]).reshape(-1, len(names))
        return tuple(_crop(where / str(file), names, row.astype(bool)) for file, row in zip(files, labels, strict=True))

    train, validation, test = (read(root / "annotation.mat", lambda n=name: part(n)) for name in ("train", "val", "test"))  # type: ignore[misc]
    return AttributeData("PA-100K", names, train, validation, test)


def _crop(file: Path, names: tuple[str, ...], row: np.ndarray) -> AttributeCrop:
    labels = tuple(bool(each) for each in row)
    return AttributeCrop(file, labels, in_vocabulary(dict(zip(names, labels, strict=True))))


def in_vocabulary(labels: Mapping[str, bool]) -> dict[AttributeName, str]:
    """The labels in the project's words; an attribute that two labels claim is unknown."""
    claims: dict[AttributeName, set[str]] = {}
    for label, (name, value) in _SAYS.items():
        if labels.get(label):
            claims.setdefault(name, set()).add(value)
    said = {name: next(iter(values)) for name, values in claims.items() if len(values) == 1}
    said[AttributeName.GENDER] = "female" if labels.get("Female") else "male"
    said[AttributeName.HAT] = "hat" if labels.get("Hat") else "none"
    said[AttributeName.OUTERWEAR] = "coat" if labels.get("LongCoat") else "none"
    if AttributeName.BAG not in claims:
        said[AttributeName.BAG] = "none"
    return said
