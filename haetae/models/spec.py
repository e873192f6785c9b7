"""What a network takes and gives, checked once at the border."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES
from haetae.domain.geometry import ImageSize


class Task(StrEnum):
    """What a network is for."""

    DETECTION = "detection"
    EMBEDDING = "embedding"
    ATTRIBUTES = "attributes"
    POSE = "pose"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One tensor without its batch axis; -1 is a free size."""

    name: str
    dtype: str  # numpy's name
    shape: tuple[int, ...]

    def mismatch(self, array: NDArray[np.generic]) -> str | None:
        """Why `array` (with its batch axis) does not fit, in words; None where it does."""
        fits = array.ndim == len(self.shape) + 1 and all(
            want in (-1, have) for want, have in zip(self.shape, array.shape[1:], strict=False)
        )
        if fits and array.dtype == np.dtype(self.dtype):
            return None
        want = ", ".join("any" if size == -1 else str(size) for size in self.shape)
        return f"{self.name} is {array.dtype} {array.shape}, not {self.dtype} (n, {want})"

    def empty(self) -> NDArray[np.generic]:
        """No rows of it."""
        return np.empty((0, *self.shape), dtype=self.dtype)


IMAGES = "images"
"""The one input of every network: (n, height, width, 3) uint8 BGR, 0-255."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """The contract of one network. `input_size` is what the network was made for; None where any multiple of `stride_px` does."""

    task: Task
    input_size: ImageSize | None
    outputs: tuple[TensorSpec, ...]
    stride_px: int = 1

    @property
    def input(self) -> TensorSpec:
        if self.input_size is None:
            return TensorSpec(IMAGES, "uint8", (-1, -1, 3))
        return TensorSpec(IMAGES, "uint8", (self.input_size.height, self.input_size.width, 3))


MAX_DETECTIONS = 100

DETECTOR_INPUT = ImageSize(width=640, height=384)
"""Of detectors that take any size: at 320 the small people of a 720p camera are lost."""

DETECTIONS = (
    TensorSpec("boxes", "float32", (MAX_DETECTIONS, 4)),  # xyxy, pixels of the input image, best first, then zeros
    TensorSpec("scores", "float32", (MAX_DETECTIONS,)),
    TensorSpec("count", "int32", (1,)),  # how many of the rows are detections
)


def embeddings(dimensions: int) -> tuple[TensorSpec, ...]:
    """Unit rows."""
    return (TensorSpec("embedding", "float32", (dimensions,)),)


ATTRIBUTES = (
    TensorSpec("scores", "float32", (8,)),  # male, bag, backpack, hat, long sleeves, long trousers, long hair, coat; 0-1
    TensorSpec("points", "float32", (2, 2)),  # where top and bottom clothing show their colour; x, y in 0-1
)

N_ATTRIBUTE_VALUES = sum(len(values) for values in VALUES.values())

ATTRIBUTE_VALUES = (
    # of each value of haetae.domain.attributes.VALUES, attribute by attribute; they sum to 1 within an attribute
    TensorSpec("probabilities", "float32", (N_ATTRIBUTE_VALUES,)),
)

KEYPOINTS = (TensorSpec("keypoints", "float32", (17, 3)),)  # COCO order; x, y in 0-1 of the input, score 0-1
