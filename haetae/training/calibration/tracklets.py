"""Held-out drawn people as the gallery has them: tracklets with a pooled embedding and averaged attributes, and single crops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.embedding import Vectors, pooled
from haetae.domain.frame import Pixels
from haetae.imaging.colours import clothing_colours
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.embedder import Embedder
from haetae.training.attributes.layout import labels_of
from haetae.training.attributes.learner import truths
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.framing import inner
from services.reid.pipeline import averaged

FIRST_VALIDATION, FIRST_TEST = 1_010_000, 2_020_000
_BATCH = 64

Ints = NDArray[np.int64]
Told = Callable[[str], None]


def plan(first: int) -> CropPlan:
    """240 people by 4 of 16 cameras each, two best shots by each camera; one in five wears what somebody else wears."""
    return CropPlan(first, 240, 8, 4, 16, first_camera=first, best=1)


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Single crops (m): `tracklet` says which of the tracklets each belongs to, `heights` how tall the person was, in pixels."""

    pixels: Sequence[Pixels]
    vectors: Vectors
    tracklet: Ints
    heights: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Tracklets:
    """n of them, with who and where, (n,) each; `read` and `truth` as the crops' best value for each attribute is known."""

    identities: Ints
    cameras: Ints
    vectors: Vectors
    read: Sequence[Attributes]
    truth: Sequence[Mapping[AttributeName, str]]
    crops: Crops

    def __len__(self) -> int:
        return len(self.identities)


def tracklets(first: int, banks: Path, embedder: Embedder, classifier: AttributeClassifier, told: Told) -> Tracklets:
    """Drawn once (minutes of one core) and kept; embedded and read as reid does, its shots all of one weight."""
    bank = crop_bank(plan(first), banks, told)
    pixels = [np.ascontiguousarray(inner(bank.picture(i))) for i in range(len(bank))]
    keys = np.stack([bank.columns["identity"], bank.columns["camera"]], axis=1)
    unique, first_row, of = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1).astype(np.int64)
    vectors = np.concatenate([embedder.embed(pixels[at : at + _BATCH]) for at in range(0, len(pixels), _BATCH)])
    seen = [each for at in range(0, len(pixels), _BATCH) for each in classifier.classify(pixels[at : at + _BATCH])]
    read = [each.merged(clothing_colours(crop)) for each, crop in zip(seen, pixels, strict=True)]
    members = [np.flatnonzero(of == number) for number in range(len(unique))]
    return Tracklets(
        unique[:, 0].astype(np.int64),
        unique[:, 1].astype(np.int64),
        np.stack([pooled(vectors[rows], np.ones(len(rows), np.float32)) for rows in members]),
        [averaged([(read[row], 1.0) for row in rows]) for rows in members],
        _truth(bank, first_row),
        Crops(pixels, vectors, of, np.asarray(bank.columns["height_px"], np.float64)),
    )


def _truth(bank: PictureBank, rows: NDArray[np.intp]) -> list[dict[AttributeName, str]]:
    """What is true of the person, whether or not these crops show it: a parent knows of the bag that the body hides."""
    return truths(labels_of(bank, hidden=True)[rows])
