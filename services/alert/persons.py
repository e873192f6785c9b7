"""The person in a photo: found, cut out and embedded the same way as the people of the gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from haetae.domain.detection import Detection, meant
from haetae.domain.embedding import Embedding, ModelVersion, Vectors
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Poison, Refused
from haetae.imaging.crop import crop


class FindsPeople(Protocol):
    """Looks for the people in photos of any shape; boxes within each photo."""

    def find(self, photos: Sequence[Pixels]) -> list[list[Detection]]: ...


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
    """Reads the person that each photo is about."""

    def __init__(self, detector: FindsPeople, embedder: ReadsAppearance) -> None:
        self._detector = detector
        self._embedder = embedder

    @property
    def model(self) -> ModelVersion:
        """The model that embeds now. Raises Transient."""
        return self._embedder.model

    def find(self, photo: Pixels, index: int) -> SeenPerson:
        """The person that a photo is about. Raises Refused (422, "no-person-in-photo"), Transient."""
        (people,) = self._detector.find([photo])
        if not people:
            raise Refused(f"Nobody is seen in photo {index + 1}.", status=422, kind="no-person-in-photo", photo=index)
        box = meant(people, ImageSize(width=photo.shape[1], height=photo.shape[0])).box
        return SeenPerson(box, crop(photo, box))

    def embed(self, crops: Sequence[Pixels]) -> list[Embedding]:
        """An embedding for each crop. Raises Refused (422, "blank-photo"), Transient."""
        try:
            vectors = self._embedder.embed(crops)
        except Poison:
            raise Refused("A photo shows nothing that people could be told apart by.", status=422, kind="blank-photo") from None
        model = self._embedder.model
        return [Embedding(vector, model) for vector in vectors]
