"""What readers give: crops with identities or attributes, frames with people, films with tracks. Pixels are read last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeName
from haetae.domain.frame import Pixels
from haetae.errors import Poison
from haetae.training.evaluation.boxes import FrameTruth
from haetae.training.evaluation.retrieval import Labels
from haetae.training.evaluation.tracks import Tracks


@dataclass(frozen=True, slots=True)
class IdentityCrop:
    """A crop of one person by one camera; identities may be retrieval.JUNK and retrieval.DISTRACTOR."""

    file: Path
    identity: int
    camera: int


@dataclass(frozen=True, slots=True)
class IdentityData:
    """Crops to learn from, to ask with and to search in. People of `train` are in neither of the others."""

    name: str
    train: tuple[IdentityCrop, ...]
    query: tuple[IdentityCrop, ...]
    gallery: tuple[IdentityCrop, ...]


@dataclass(frozen=True, slots=True)
class AttributeCrop:
    """A crop with what is known of it: the data set's own yes-or-no labels, and what of them the project's vocabulary has."""

    file: Path
    labels: tuple[bool, ...]
    attributes: Mapping[AttributeName, str]


@dataclass(frozen=True, slots=True)
class AttributeData:
    """`label_names` of the data set's own labels, in the order of `AttributeCrop.labels`."""

    name: str
    label_names: tuple[str, ...]
    train: tuple[AttributeCrop, ...]
    validation: tuple[AttributeCrop, ...]
    test: tuple[AttributeCrop, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PeopleFrame:
    """A picture with people. `keypoints` (n, 17, 3), x, y in pixels and visibility 0-2, of the boxes that are not ignored."""

    file: Path
    truth: FrameTruth
    keypoints: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """One camera's film with true tracks by number of the frame, from 1. `frames` are files; a film's own file is `video`."""

    name: str
    truth: Tracks
    rate_hz: float
    video: Path | None = None
    frames: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PosedPerson:
    """One person of one frame: box xyxy and key points (17, 3) in pixels, visibility 0-1, and what the person does."""

    id: int
    box: tuple[float, float, float, float]
    keypoints: NDArray[np.float32]
    visibility: float
    act: str


def pixels(file: Path) -> Pixels:
    """The picture, BGR. Raises Poison where it cannot be read."""
    read = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if read is None:
        raise Poison("The picture cannot be read.", file=file)
    return np.asarray(read, dtype=np.uint8)


def labels_of(crops: Sequence[IdentityCrop]) -> Labels:
    """Identities and cameras of the crops, in their order."""
    return Labels(np.array([c.identity for c in crops], np.int64), np.array([c.camera for c in crops], np.int64))


def people(rows: Sequence[tuple[Sequence[float], bool]]) -> FrameTruth:
    """Truth from (left, top, width, height) in pixels and whether it is ignored."""
    boxes = np.array([[x, y, x + w, y + h] for (x, y, w, h), _ in rows], np.float32).reshape(-1, 4)
    return FrameTruth(boxes, np.array([ignored for _, ignored in rows], bool))
