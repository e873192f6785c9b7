"""A stand-in for the networks: answers of the right shapes that a test decides, without weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from haetae.inference.model_spec import checked_inputs, checked_outputs, no_outputs
from haetae.inference.port import Array
from haetae.models.spec import MAX_DETECTIONS

Answer = Callable[[Array], dict[str, Array]]


class FakeInference:
    """The port over functions by model name. Checks shapes as the real ones do; remembers the batches it was given."""

    def __init__(self, answers: Mapping[str, Answer], version: str = "fake-f32") -> None:
        self._answers = answers
        self._version = version
        self.batches: list[Array] = []

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        images = checked_inputs(model, inputs)
        self.batches.append(images)
        return checked_outputs(model, len(images), self._answers[model](images)) if len(images) else no_outputs(model)

    def ready(self, model: str) -> bool:
        return model in self._answers

    def version(self, model: str) -> str:
        return self._version


def detections(*rows: tuple[float, float, float, float, float]) -> Answer:
    """For each image the same boxes: (x1, y1, x2, y2, score) in pixels of the network's input."""

    def answer(images: Array) -> dict[str, Array]:
        n = len(images)
        boxes = np.zeros((n, MAX_DETECTIONS, 4), np.float32)
        scores = np.zeros((n, MAX_DETECTIONS), np.float32)
        for i, row in enumerate(rows):
            boxes[:, i], scores[:, i] = row[:4], row[4]
        return {"boxes": boxes, "scores": scores, "count": np.full((n, 1), len(rows), np.int32)}

    return answer


def mean_colour_vectors(images: Array) -> dict[str, Array]:
    """Unit vectors of 256 that point where the image's mean colour does: the same person in, the same vector out."""
    vectors = np.zeros((len(images), 256), np.float32)
    vectors[:, :3] = images.reshape(len(images), -1, 3).mean(axis=1) + 1.0
    return {"embedding": vectors / np.linalg.norm(vectors, axis=1, keepdims=True)}
