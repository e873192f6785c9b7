"""The person in a photo: found, cut out and embedded the same way as the people of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import cv2
import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.embedding import Embedding, ModelVersion, Vectors
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Poison, Refused
from haetae.imaging.crop import crop

SMALLEST_SIDE_PX = 8.0
BORDER = 0.35  # of a photo that is nothing but its person: detectors look for people with something around them


class FindsPeople(Protocol):
    """The detector."""

    def detect(self, images: Sequence[Pixels], input_size: ImageSize) -> list[list[Detection]]: ...


class ReadsAppearance(Protocol):
    """The embedding network."""

    @property
    def model(self) -> ModelVersion: ...

    def embed(self, crops: Sequence[Pixels]) -> Vectors: ...


@dataclass(frozen=True, slots=True, eq=False)
class SeenPerson:
    """Who a photo shows: where, and the pixels under the box."""

    box: Box
    crop: Pixels


class PersonReader:
    """Reads photos in a square of `input_px`, so that upright ones are not made small."""

    def __init__(self, detector: FindsPeople, embedder: ReadsAppearance, *, input_px: int) -> None:
        self._detector = detector
        self._embedder = embedder
        self._input_size = ImageSize(width=input_px, height=input_px)

    @property
    def model(self) -> ModelVersion:
        """The model that embeds now. Raises Transient."""
        return self._embedder.model

    def find(self, photo: Pixels, index: int) -> SeenPerson:
        """The largest and most certain person in a photo. Raises Refused (422, "no-person-in-photo"), Transient."""
        people = self._people(photo) or self._people_within_border(photo)
        if not people:
            raise Refused(f"Nobody is seen in photo {index + 1}.", status=422, kind="no-person-in-photo", photo=index)
        box = max(people, key=lambda person: person.score * sqrt(person.box.area_px)).box
        return SeenPerson(box, crop(photo, box))

    def embed(self, crops: Sequence[Pixels]) -> list[Embedding]:
        """An embedding for each crop. Raises Refused (422, "blank-photo"), Transient."""
        try:
            vectors = self._embedder.embed(crops)
        except Poison:
            raise Refused("A photo shows nothing that people could be told apart by.", status=422, kind="blank-photo") from None
        model = self._embedder.model
        return [Embedding(vector, model) for vector in vectors]

    def _people(self, photo: Pixels, moved_px: int = 0, size: ImageSize | None = None) -> list[Detection]:
        size = size or ImageSize(width=photo.shape[1], height=photo.shape[0])
        (found,) = self._detector.detect([photo], self._input_size)
        moved = (
            Detection(
                Box(d.box.x1 - moved_px, d.box.y1 - moved_px, d.box.x2 - moved_px, d.box.y2 - moved_px).clipped(size), d.score
            )
            for d in found
        )
        return [person for person in moved if min(person.box.width_px, person.box.height_px) >= SMALLEST_SIDE_PX]

    def _people_within_border(self, photo: Pixels) -> list[Detection]:
        height, width = photo.shape[:2]
        border = round(BORDER * max(height, width))
        bordered = cv2.copyMakeBorder(photo, border, border, border, border, cv2.BORDER_REPLICATE)
        return self._people(np.asarray(bordered, dtype=np.uint8), border, ImageSize(width=width, height=height))
