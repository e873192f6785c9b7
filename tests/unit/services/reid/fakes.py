"""Fakes of the pipeline's ports: crops of one grey, networks that tell which grey they saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.embedding import ModelVersion, Vectors, normalised
from haetae.domain.frame import Pixels
from services.reid.pipeline import ReidPipeline
from tests.kit.builders import MODEL


def grey(level: int) -> Pixels:
    """(8, 4, 3) crop of one grey."""
    return np.full((8, 4, 3), level, dtype=np.uint8)


class FakeCrops:
    """Crops by key."""

    def __init__(self, crops: dict[str, Pixels]) -> None:
        self.crops = crops
        self.asked: list[str] = []

    def read(self, key: str) -> Pixels | None:
        self.asked.append(key)
        return self.crops.get(key)


class FakeEmbedder:
    """Embeds a grey g as the direction (255 - g, g)."""

    def __init__(self, model: ModelVersion = MODEL) -> None:
        self.model = model
        self.batches: list[int] = []

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        self.batches.append(len(crops))
        levels = np.array([crop[0, 0, 0] for crop in crops], dtype=np.float32)
        return normalised(np.stack([255 - levels, levels], axis=1))


class FakeClassifier:
    """Calls a person a man the more, the lighter the crop; and the top always green."""

    model_name = "fake-attributes"

    def classify(self, crops: Sequence[Pixels]) -> list[Attributes]:
        return [
            Attributes({AttributeName.GENDER: {"male": float(crop[0, 0, 0]) / 255}, AttributeName.UPPER_COLOUR: {"green": 1.0}})
            for crop in crops
        ]


def measured_colours(crop: Pixels) -> Attributes:
    """The top is always red."""
    return Attributes({AttributeName.UPPER_COLOUR: {"red": 0.9}})


def pipeline(crops: FakeCrops, embedder: FakeEmbedder | None = None, *, shots: int = 4, remembered: int = 100) -> ReidPipeline:
    """A pipeline over the fakes."""
    return ReidPipeline(
        crops,
        embedder or FakeEmbedder(),
        FakeClassifier(),
        measured_colours,
        shots_per_tracklet=shots,
        remembered_crops=remembered,
    )
