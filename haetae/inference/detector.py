"""Finds people in images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Misconfigured
from haetae.imaging.letterbox import Letterboxed, letterbox
from haetae.inference.port import Array, Inference
from haetae.models.networks import network
from haetae.models.spec import DETECTOR_INPUT, IMAGES, Task

_MIN_SIDE_PX = 2.0  # a narrower box shows nothing of a person


class PersonDetector:
    """People by a detection network of the catalogue, scores of at least `min_score`."""

    def __init__(self, inference: Inference, spec_name: str, *, min_score: float = 0.35, deadline_s: float = 5.0) -> None:
        """Raises Misconfigured where the catalogue has no detector of that name."""
        self._inference = inference
        self._name = spec_name
        self._spec = network(spec_name).spec
        if self._spec.task is not Task.DETECTION:
            raise Misconfigured(f"'{spec_name}' is no detector.")
        self._min_score = min_score
        self._deadline_s = deadline_s

    def input_size(self, wanted: ImageSize) -> ImageSize:
        """The network's own input size; where it takes any, `wanted` rounded up to what it can take."""
        if self._spec.input_size is not None:
            return self._spec.input_size
        stride = self._spec.stride_px
        return ImageSize(width=-(-wanted.width // stride) * stride, height=-(-wanted.height // stride) * stride)

    def detect(self, images: Sequence[Pixels], input_size: ImageSize = DETECTOR_INPUT) -> list[list[Detection]]:
        """The people of each image, best first, boxes in its own pixels. Images of all sizes may be mixed.

        `deadline_s` holds for the whole call. Raises Transient and Overloaded.
        """
        size = self.input_size(input_size)
        boxed = [letterbox(image, size) for image in images]
        if not boxed:
            return []
        results = self._inference.infer(self._name, {IMAGES: _stacked(boxed)}, deadline_s=self._deadline_s)
        rows = zip(boxed, results["boxes"], results["scores"], results["count"], strict=True)
        return [self._detections(*row) for row in rows]

    def detect_each(self, images: Sequence[Pixels], input_sizes: Sequence[ImageSize]) -> list[list[Detection]]:
        """As `detect`, with an input size for each image (cameras may differ); images of one size go together."""
        by_size: dict[ImageSize, list[int]] = defaultdict(list)
        for i, size in enumerate(input_sizes):
            by_size[self.input_size(size)].append(i)
        found: list[list[Detection]] = [[] for _ in images]
        for size, members in by_size.items():
            for i, detections in zip(members, self.detect([images[i] for i in members], size), strict=True):
                found[i] = detections
        return found

    def _detections(self, image: Letterboxed, boxes: Array, scores: Array, count: Array) -> list[Detection]:
        n = int(count[0])
        in_source = image.to_source(boxes[:n]).tolist()
        found = []
        for xyxy, score in zip(in_source, scores[:n].tolist(), strict=True):
            box = Box(*xyxy)
            if score >= self._min_score and min(box.width_px, box.height_px) >= _MIN_SIDE_PX:
                found.append(Detection(box, min(1.0, score)))
        return found


def _stacked(boxed: Sequence[Letterboxed]) -> Array:
    """One image is not copied to become a batch."""
    return boxed[0].pixels[None] if len(boxed) == 1 else np.stack([image.pixels for image in boxed])
