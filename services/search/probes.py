"""From a query's photos to probes: which person is meant, how well it is seen, and its embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from haetae.domain.detection import Detection, meant
from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.query import Probe
from haetae.errors import Poison, Refused
from haetae.imaging.crop import crop
from haetae.imaging.probe_limits import ProbeLimits
from haetae.imaging.quality import assess

SMALLEST_SIDE_PX = 8.0  # of the box that a caller gives: a smaller one tells nobody from another


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo as it was handed in; `box` where the caller says which person is meant."""

    pixels: Pixels
    box: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadPhoto:
    """A photo after it was looked at: the probe, its crop, and how many people are in the photo (None where nobody looked).

    `lacks` says in words what it lacks to be looked for by; None where it is good enough.
    """

    probe: Probe
    crop: Pixels
    n_people: int | None
    height_px: float
    sharpness: float
    lacks: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What one query looks for: `vectors` (k, d) float32 unit rows of `model`, one for each photo, then one for each sighting
    that the operator confirmed; `qualities` 0-1, one a row."""

    photos: tuple[ReadPhoto, ...]
    vectors: Vectors
    model: ModelVersion
    qualities: tuple[float, ...]


class FindsPeople(Protocol):
    """Looks for the people in photos of any shape."""

    def find(self, photos: Sequence[Pixels]) -> list[list[Detection]]:
        """The people in each photo, boxes in its pixels and within it. Raises Transient."""
        ...


class ReadsAppearance(Protocol):
    """The embedding network."""

    @property
    def model(self) -> ModelVersion:
        """What serves now. Raises Transient."""
        ...

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        """(n, d) float32 rows of length 1. Raises Transient, and Poison for a crop without direction."""
        ...


class ProbeReader:
    """Reads photos. `crop_margin` is the margin with which the gallery's crops were cut, `limits` are those of the embedder."""

    def __init__(
        self,
        detector: FindsPeople,
        embedder: ReadsAppearance,
        *,
        crop_margin: float = 0.0,
        limits: ProbeLimits = ProbeLimits(),  # frozen
    ) -> None:
        self._detector = detector
        self._embedder = embedder
        self._crop_margin = crop_margin
        self._limits = limits

    @property
    def model(self) -> ModelVersion:
        """The network whose embeddings are compared now. Raises Transient."""
        return self._embedder.model

    def read(self, photos: Sequence[Photo]) -> list[ReadPhoto]:
        """The person meant in each photo. Raises Refused (422: no-person-in-photo, box-outside-photo), Transient."""
        unmarked = [index for index, photo in enumerate(photos) if photo.box is None]
        found = dict(zip(unmarked, self._detector.find([photos[index].pixels for index in unmarked]), strict=True))
        return [self._read(index, photo, found.get(index)) for index, photo in enumerate(photos)]

    def embed_crops(self, crops: Sequence[Pixels]) -> Vectors:
        """(n, d) rows of length 1, of crops that show a person each. Raises Refused (422, blank-photo), Transient."""
        try:
            return self._embedder.embed(crops)
        except Poison:
            raise Refused("A photo shows nothing that people could be told apart by.", status=422, kind="blank-photo") from None

    def embed(self, read: Sequence[ReadPhoto], *, accept_poor: bool = False) -> Probes:
        """The probes with their embeddings: of the photos that are good enough, or of all where poor ones are accepted.

        Raises Refused (422: probe-too-poor where none is good enough, blank-photo), Transient.
        """
        read = _good_enough(read, accept_poor)
        vectors = self.embed_crops([photo.crop for photo in read])
        return Probes(tuple(read), vectors, self._embedder.model, tuple(photo.probe.quality for photo in read))

    def _read(self, index: int, photo: Photo, people: list[Detection] | None) -> ReadPhoto:
        size = _size(photo.pixels)
        if people is not None:
            if not people:
                raise Refused(
                    f"Nobody is seen in photo {index + 1}. Give a clearer photo, or the person's box in it.",
                    status=422,
                    kind="no-person-in-photo",
                    photo=index,
                )
            box = meant(people, size).box
        else:
            box = _given(photo, index)
        pixels = crop(photo.pixels, box, self._crop_margin)
        others = [person.box for person in people or [] if person.box != box]
        quality = assess(box, size, others, pixels)
        lacks = self._limits.lacks(box.height_px, quality.sharpness)
        n_people = None if people is None else len(people)
        return ReadPhoto(Probe(index, box, quality.total), pixels, n_people, box.height_px, quality.sharpness, lacks)


def _good_enough(read: Sequence[ReadPhoto], accept_poor: bool) -> list[ReadPhoto]:
    good = [photo for photo in read if photo.lacks is None]
    if accept_poor or good or not read:
        return list(read) if accept_poor else good
    first = read[0]
    raise Refused(
        f"Photo {first.probe.photo + 1} shows too little of the person to tell people apart: {first.lacks}. "
        "Give a better photo, or insist with `accept_poor_probes`.",
        status=422,
        kind="probe-too-poor",
        photo=first.probe.photo,
        height_px=round(first.height_px, 1),
        sharpness=round(first.sharpness, 4),
    )


def _given(photo: Photo, index: int) -> Box:
    assert photo.box is not None
    box = photo.box.clipped(_size(photo.pixels))
    if min(box.width_px, box.height_px) < SMALLEST_SIDE_PX:
        raise Refused(
            f"The box of photo {index + 1} holds less than {SMALLEST_SIDE_PX:.0f} pixels of the photo on a side.",
            status=422,
            kind="box-outside-photo",
            photo=index,
        )
    return box


def _size(pixels: Pixels) -> ImageSize:
    return ImageSize(width=pixels.shape[1], height=pixels.shape[0])
