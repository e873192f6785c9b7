"""Re-identification as the trainer sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from haetae.training.detection.picture_bank import PictureBank
from haetae.training.evaluation.retrieval import Labels
from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.learner import About, Batch
from haetae.training.reid.batches import Crops, ReidBatches
from haetae.training.reid.losses import (
    away_from_teacher,
    batch_hard_triplet,
    neighbour_divergence,
    relation_error,
    smoothed_cross_entropy,
)
from haetae.training.reid.network import ReidNetwork
from haetae.training.reid.validation import across_cameras, mean_cosine, outputs_of


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each loss counts; the first three need a teacher."""

    teacher: float = 10.0  # 1 - cosine to the teacher's embedding
    relations: float = 10.0  # squared differences of cosines of pairs
    neighbours: float = 1.0  # divergence of the distributions over neighbours
    triplet: float = 0.5
    classes: float = 0.0
    smoothing: float = 0.1
    margin: float = 0.3
    sharpness: float = 16.0  # of the cosines to class centres


@dataclass(frozen=True, slots=True)
class Validation:
    """Held-out people: drawn ones across cameras, and real crops with what the teachers say about them."""

    drawn: PictureBank
    real: Crops | None = None


class ReidLearner:
    """Network, batches and losses of one recipe."""

    def __init__(
        self, network: ReidNetwork, batches: ReidBatches, weights: LossWeights, validation: Validation, about: About
    ) -> None:
        self._network, self._batches, self._weights, self._validation, self._about = network, batches, weights, validation, about

    @property
    def network(self) -> nn.Module:
        return self._network

    @property
    def batches(self) -> ReidBatches:
        return self._batches

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        embeddings = network(batch["images"].float())
        with torch.autocast(embeddings.device.type, enabled=False):
            assert isinstance(network, ReidNetwork)
            parts = self._parts(network, embeddings.float(), batch)
            return {"total": torch.stack(list(parts.values())).sum(), **parts}

    def _parts(self, network: ReidNetwork, embeddings: Tensor, batch: Batch) -> dict[str, Tensor]:
        weights, identities = self._weights, batch["identities"]
        drawn = embeddings[: len(identities)]
        parts: dict[str, Tensor] = {}
        if weights.triplet:
            parts["triplet"] = weights.triplet * batch_hard_triplet(F.normalize(drawn), identities, weights.margin)
        if weights.classes:
            scores = network.class_scores(drawn, weights.sharpness)
            parts["classes"] = weights.classes * smoothed_cross_entropy(scores, identities, weights.smoothing)
        if "targets" in batch:
            targets = batch["targets"]
            parts["teacher"] = weights.teacher * away_from_teacher(embeddings, targets)
            parts["relations"] = weights.relations * relation_error(embeddings, targets)
            parts["neighbours"] = weights.neighbours * neighbour_divergence(embeddings, targets)
        return parts

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        size, drawn, real = self._batches.size, self._validation.drawn, self._validation.real
        found = outputs_of(network, drawn, np.arange(len(drawn)), size)
        figures = across_cameras(found, Labels(_whole(drawn.columns["identity"]), _whole(drawn.columns["camera"])))
        if real is not None and real.targets is not None:
            figures["teacher_cosine_real"] = mean_cosine(outputs_of(network, real.bank, real.rows, size), real.targets[real.rows])
        return figures

    def measure_file(self, file: Path) -> Mapping[str, float]:
        """As `measure`, of an exported file."""
        return self.measure(FromFile(file))

    def export(self, network: nn.Module, folder: Path) -> Path:
        assert isinstance(network, ReidNetwork)
        size = self._batches.size
        free = {"images": {0: "n"}, "embedding": {0: "n"}}
        example = torch.zeros(1, 3, size.height, size.width)
        return write_onnx(network, example, folder / "haetae-reid.onnx", ["embedding"], free=free)

    def about(self) -> About:
        return self._about


def _whole(column: NDArray[Any]) -> NDArray[np.int64]:
    return column.astype(np.int64)
