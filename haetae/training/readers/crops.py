"""Crops with identities or attributes, of whatever data set lies in a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from haetae.errors import Misconfigured
from haetae.training.evaluation.crops import Crops, Search
from haetae.training.readers import cuhk03, market1501, market_attributes, msmt17, pa100k
from haetae.training.readers.identity_folder import identity_folder
from haetae.training.readers.samples import AttributeData, IdentityCrop, IdentityData, labels_of, pixels

T = TypeVar("T")

IDENTITIES: dict[str, Callable[[Path], IdentityData]] = {
    "market1501": market1501.market1501,
    "msmt17": msmt17.msmt17,
    "cuhk03-detected": cuhk03.cuhk03,
    "cuhk03-labeled": lambda folder: cuhk03.cuhk03(folder, "labeled"),
    "folder": identity_folder,
}
ATTRIBUTES: dict[str, Callable[[Path], AttributeData]] = {
    "pa100k": pa100k.pa100k,
    "market1501": market_attributes.market_attributes,
}


def search_in(folder: Path, layout: str) -> Search:
    """The queries and the gallery of the data set. Raises Misconfigured where it is not there or the layout is unknown."""
    data = _reader(IDENTITIES, layout)(folder)
    return Search(data.name, _crops(data.query), _crops(data.gallery))


def attributes_in(folder: Path, layout: str) -> Crops:
    """The crops that the data set tests on."""
    test = _reader(ATTRIBUTES, layout)(folder).test
    return Crops(len(test), lambda i: pixels(test[i].file), attributes=[crop.attributes for crop in test])


def _reader(readers: dict[str, T], layout: str) -> T:
    if layout not in readers:
        raise Misconfigured(f"The layout is one of {', '.join(readers)}, not '{layout}'.")
    return readers[layout]


def _crops(crops: Sequence[IdentityCrop]) -> Crops:
    return Crops(len(crops), lambda i: pixels(crops[i].file), labels_of(crops))
