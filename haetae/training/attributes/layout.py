"""Attributes as numbers: where each value stands in the network's output, and what is known of a crop."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeName
from haetae.training.detection.picture_bank import PictureBank

UNKNOWN = -1
"""The label of what cannot be seen in a crop: it is neither learnt nor counted."""

NAMES = tuple(AttributeName)
N_VALUES = sum(len(VALUES[name]) for name in NAMES)


def _slices() -> Mapping[AttributeName, slice]:
    ends = np.cumsum([len(VALUES[name]) for name in NAMES]).tolist()
    return MappingProxyType({name: slice(end - len(VALUES[name]), end) for name, end in zip(NAMES, ends, strict=True)})


SLICES = _slices()
"""Where the values of each attribute stand among all values: attribute by attribute, as VALUES has them."""

_SHOES_CUT, _LOWER_CUT, _HEAD_CUT = 0.07, 0.45, 0.07  # shares of the height beyond which nothing of it is left in the crop
_MIN_SEEN = 0.55
_BAG_SEEN = 0.01  # of the person's visible pixels: below it nobody would say that there is a bag
_HEAD = (AttributeName.HAIR, AttributeName.HAT, AttributeName.GLASSES)
_LOWER = (AttributeName.LOWER_TYPE, AttributeName.LOWER_COLOUR)


def labels_of(bank: PictureBank, *, hidden: bool = False) -> NDArray[np.int64]:
    """(n, attributes) int64: the index of each attribute's value in VALUES, or UNKNOWN where it cannot be seen.

    That is what the box has cut off, a bag that the body hides, and whether somebody wears glasses whose eyes are turned away.
    `hidden`: the values of such bags and glasses as well, as far as the box goes.
    """
    columns = bank.columns
    labels = np.stack([columns[name.value] for name in NAMES], axis=1).astype(np.int64)
    below, above = columns["cut_below"], columns["cut_above"]
    _forget(labels, (AttributeName.SHOE_COLOUR,), below > _SHOES_CUT)
    _forget(labels, _LOWER, below > _LOWER_CUT)
    _forget(labels, _HEAD, above > _HEAD_CUT)
    if not hidden and "bag_seen" in columns:
        carries = columns[AttributeName.BAG.value] != VALUES[AttributeName.BAG].index("none")
        _forget(labels, (AttributeName.BAG,), carries & (columns["bag_seen"] < _BAG_SEEN))
        _forget(labels, (AttributeName.GLASSES,), columns["eyes_seen"] == 0)
    return labels


def fully_seen(bank: PictureBank) -> NDArray[np.bool_]:
    """(n,) whether enough of the person is seen for the crop to be one of the attributes' test."""
    columns = bank.columns
    whole = (columns["cut_below"] < _SHOES_CUT) & (columns["cut_above"] < _HEAD_CUT)
    return np.asarray(whole & (columns["seen"] >= _MIN_SEEN), dtype=np.bool_)


def _forget(labels: NDArray[np.int64], names: tuple[AttributeName, ...], where: NDArray[np.bool_]) -> None:
    for name in names:
        labels[where, NAMES.index(name)] = UNKNOWN
