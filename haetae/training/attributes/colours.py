"""Colours of real people's clothes, measured from the pixels: what drawn people cannot teach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import COLOURS, AttributeName
from haetae.imaging.colours import clothing_colours
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.reid.framing import inner

MEASURED = (AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR)
_SURE_BEST, _SURE_LEAD = 0.85, 0.5  # score of the best colour, and how far it leads, for a measurement to be learnt from
_VERSION = 1


@dataclass(frozen=True, slots=True)
class MeasuredColours:
    """`shares` (n, 2, colours) float16 that sum to 1 for upper and lower clothes of each crop; `sure` (n, 2) bool."""

    shares: NDArray[np.float16]
    sure: NDArray[np.bool_]


def measured_colours(bank: PictureBank) -> MeasuredColours:
    """Of every crop of a bank, kept beside it."""
    file = bank.folder / f"colours-{_VERSION}.npz"
    if not file.is_file():
        _measure(bank, file)
    with np.load(file) as known:
        return MeasuredColours(known["shares"], known["sure"])


def _measure(bank: PictureBank, file: Path) -> None:
    scores = np.zeros((len(bank), len(MEASURED), len(COLOURS)))
    for i in range(len(bank)):
        found = clothing_colours(inner(bank.picture(i))).scores
        for j, name in enumerate(MEASURED):
            if name in found:
                scores[i, j] = [found[name][colour] for colour in COLOURS]
    ordered = np.sort(scores, axis=2)
    sure = (ordered[..., -1] >= _SURE_BEST) & (ordered[..., -1] - ordered[..., -2] >= _SURE_LEAD)
    shares = scores / np.maximum(scores.sum(axis=2, keepdims=True), 1e-6)
    partial = file.with_suffix(".partial.npz")
    np.savez(partial, shares=shares.astype(np.float16), sure=sure)
    partial.rename(file)
