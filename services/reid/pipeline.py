"""From a tracklet's best shots to a sighting: one embedding, one set of attributes, both weighted by quality.

Pure flow over ports: no process, no network; what reads crops and runs networks is passed in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.embedding import Embedding, ModelVersion, Vectors, pooled
from haetae.domain.frame import Pixels
from haetae.domain.sighting import Sighting
from haetae.domain.tracklet import BestShot, Tracklet
from haetae.errors import Poison

CROPS_AT_ONCE = 32
"""Through a network in one call: a quarter of a second's work on one core, far below the calls' deadline."""

MIN_WEIGHT = 1e-3
"""The least weight of a shot: a tracklet whose every shot has quality 0 still gets a direction."""


class CropReader(Protocol):
    """Where crops come from."""

    def read(self, key: str) -> Pixels | None:
        """The crop under `key`, BGR; None where it is missing or is no picture. Raises Transient."""
        ...


class ReadsAppearance(Protocol):
    """The embedding network."""

    @property
    def model(self) -> ModelVersion:
        """What serves now. Raises Transient."""
        ...

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        """(n, d) float32 rows of length 1. Raises Transient."""
        ...


class ReadsAttributes(Protocol):
    """The attribute network."""

    @property
    def model_name(self) -> str:
        """What serves now. Raises Transient."""
        ...

    def classify(self, crops: Sequence[Pixels]) -> list[Attributes]:
        """The attributes of each crop. Raises Transient."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was read from one crop: `vector` (d,) float32 of length 1, and attributes in which measured colours win."""

    vector: NDArray[np.float32]
    attributes: Attributes


class ReidPipeline:
    """Reads best shots in common batches and remembers what it read, so that an update costs its new shots only."""

    def __init__(
        self,
        crops: CropReader,
        embedder: ReadsAppearance,
        classifier: ReadsAttributes,
        clothing_colours: Callable[[Pixels], Attributes],
        *,
        shots_per_tracklet: int = 4,
        remembered_crops: int = 4096,
    ) -> None:
        self._crops = crops
        self._embedder = embedder
        self._classifier = classifier
        self._clothing_colours = clothing_colours
        self._shots_per_tracklet = shots_per_tracklet
        self._remembered = RecentReadings(remembered_crops)
        self.n_crops_read = 0  # by the networks, since the start

    @property
    def model(self) -> ModelVersion:
        """The network whose embeddings come out now. Raises Transient."""
        return self._embedder.model

    def process(self, tracklets: Sequence[Tracklet]) -> list[Sighting]:
        """One sighting per tracklet id, of its newest revision, in the order of their first mention.

        Raises Poison for a tracklet none of whose best shots can be read, and Transient.
        """
        newest, model = newest_revisions(tracklets), self._embedder.model
        readings = self._read(model, (shot for tracklet in newest for shot in self._chosen(tracklet.best_shots)))
        return [self._sighting(tracklet, readings, model) for tracklet in newest]

    def embed_again(self, sightings: Sequence[Sighting]) -> list[Embedding | None]:
        """The embeddings of stored sightings by today's network; None where the crops are gone. Raises Transient."""
        model = self._embedder.model
        chosen = [self._chosen(sighting.best_shots) for sighting in sightings]
        readings = self._read(model, (shot for shots in chosen for shot in shots))
        read = [[(shot, readings[shot.blob_key]) for shot in shots if shot.blob_key in readings] for shots in chosen]
        return [pooled_embedding(shots, model) if shots else None for shots in read]

    def _read(self, model: ModelVersion, shots: Iterable[BestShot]) -> dict[str, Reading]:
        """Readings by blob key; shots whose crop is missing are left out. Each crop goes through the networks once."""
        keys = dict.fromkeys(shot.blob_key for shot in shots)
        readings = {key: known for key in keys if (known := self._remembered.get((model, key))) is not None}
        pixels = [(key, crop) for key in keys if key not in readings and (crop := self._crops.read(key)) is not None]
        for start in range(0, len(pixels), CROPS_AT_ONCE):
            for key, reading in self._looked_at(pixels[start : start + CROPS_AT_ONCE]):
                readings[key] = reading
                self._remembered.put((model, key), reading)
        return readings

    def _looked_at(self, pixels: Sequence[tuple[str, Pixels]]) -> Iterator[tuple[str, Reading]]:
        """One inference of each network over all these crops."""
        crops = [crop for _, crop in pixels]
        vectors, attributes = self._embedder.embed(crops), self._classifier.classify(crops)
        self.n_crops_read += len(crops)
        for (key, crop), vector, read in zip(pixels, vectors, attributes, strict=True):
            yield key, Reading(vector, read.merged(self._clothing_colours(crop)))

    def _chosen(self, shots: Sequence[BestShot]) -> Sequence[BestShot]:
        return shots[: self._shots_per_tracklet]

    def _sighting(self, tracklet: Tracklet, readings: Mapping[str, Reading], model: ModelVersion) -> Sighting:
        shots = self._chosen(tracklet.best_shots)
        read = [(shot, readings[shot.blob_key]) for shot in shots if shot.blob_key in readings]
        if not read:
            raise Poison("None of the tracklet's best shots can be read.", tracklet_id=tracklet.id, n_shots=len(shots))
        return Sighting(
            id=tracklet.id,
            camera_id=tracklet.camera_id,
            started_at=tracklet.started_at,
            ended_at=tracklet.ended_at,
            n_detections=tracklet.n_detections,
            best_shots=tracklet.best_shots,
            path=tracklet.path,
            frame_size=tracklet.frame_size,
            closed=tracklet.closed,
            revision=tracklet.revision,
            attributes=averaged([(reading.attributes, _weight(shot)) for shot, reading in read]),
            attribute_model=self._classifier.model_name,
            embedding=pooled_embedding(read, model),
        )


class RecentReadings:
    """The readings used last, by model and blob key: a crop under a key never changes, so neither does its reading."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._readings: OrderedDict[tuple[ModelVersion, str], Reading] = OrderedDict()

    def get(self, key: tuple[ModelVersion, str]) -> Reading | None:
        """The reading, which thereby counts as used; None where it is not remembered."""
        reading = self._readings.get(key)
        if reading is not None:
            self._readings.move_to_end(key)
        return reading

    def put(self, key: tuple[ModelVersion, str], reading: Reading) -> None:
        """Remembers a reading; the one unused for longest is forgotten when there are too many."""
        self._readings[key] = reading
        if len(self._readings) > self._capacity:
            self._readings.popitem(last=False)


def newest_revisions(tracklets: Sequence[Tracklet]) -> list[Tracklet]:
    """Of each tracklet id the message with the highest revision, in the order of first mention."""
    newest: dict[object, Tracklet] = {}
    for tracklet in tracklets:
        known = newest.get(tracklet.id)
        if known is None or tracklet.revision >= known.revision:
            newest[tracklet.id] = tracklet
    return list(newest.values())


def averaged(readings: Sequence[tuple[Attributes, float]]) -> Attributes:
    """The mean of each score over the readings that speak of its attribute, weighted; weights > 0."""
    sums: dict[AttributeName, dict[str, float]] = {}
    weights: dict[AttributeName, float] = {}
    for attributes, weight in readings:
        for name, scores in attributes.scores.items():
            weights[name] = weights.get(name, 0.0) + weight
            values = sums.setdefault(name, {})
            for value, score in scores.items():
                values[value] = values.get(value, 0.0) + score * weight
    return Attributes({name: {value: total / weights[name] for value, total in values.items()} for name, values in sums.items()})


def pooled_embedding(read: Sequence[tuple[BestShot, Reading]], model: ModelVersion) -> Embedding:
    """The mean direction of the shots, weighted by their quality."""
    vectors = np.stack([reading.vector for _, reading in read])
    weights = np.array([_weight(shot) for shot, _ in read], dtype=np.float32)
    return Embedding(pooled(vectors, weights), model)


def _weight(shot: BestShot) -> float:
    return max(shot.quality.total, MIN_WEIGHT)
