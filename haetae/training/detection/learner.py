"""The person detector as a task of the trainer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from haetae.training.detection.data import DetectionBatches
from haetae.training.detection.losses import detection_loss
from haetae.training.detection.measuring import HeldOut, measured
from haetae.training.detection.network import DecodedDetector, PersonDetectorNetwork, points_of
from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.learner import About, Batch

FILE = "haetae-detector.onnx"


class DetectionLearner:
    """`held_out` is called when figures are first asked for: its frames take memory and time."""

    def __init__(
        self, network: PersonDetectorNetwork, batches: DetectionBatches, held_out: Callable[[], HeldOut], about: About
    ) -> None:
        self._network, self._batches, self._about = network, batches, about
        self._held_out = lru_cache(maxsize=1)(held_out)

    @property
    def network(self) -> nn.Module:
        return self._network

    @property
    def batches(self) -> DetectionBatches:
        return self._batches

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        images = batch["images"]
        logits, boxes = network(images.float())
        points = _points(images.shape[2], images.shape[3], str(images.device))
        with torch.autocast(images.device.type, enabled=False):  # overlaps of small boxes need all digits
            return detection_loss(logits.float(), boxes.float(), batch["boxes"], batch["flags"], points)

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        return measured(network, self._held_out())

    def measure_file(self, file: Path) -> Mapping[str, float]:
        """As `measure`, of an exported file."""
        return measured(_Undecoded(file), self._held_out())

    def export(self, network: nn.Module, folder: Path) -> Path:
        assert isinstance(network, PersonDetectorNetwork)
        sides = {2: "height", 3: "width"}
        free = {"images": sides, "boxes": {1: "points"}, "scores": {1: "points"}}
        example = torch.zeros(1, 3, 256, 416)
        return write_onnx(DecodedDetector(network), example, folder / FILE, ("boxes", "scores"), free=free)

    def about(self) -> About:
        return self._about


class _Undecoded(nn.Module):
    """An exported detector that answers as the network does."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = FromFile(file)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        boxes, scores = self.file(images)
        return torch.logit(scores, eps=1e-6), boxes


@lru_cache(maxsize=16)
def _points(height: int, width: int, device: str) -> tuple[Tensor, Tensor]:
    places, strides = points_of(height, width)
    return places.to(device), strides.to(device)
