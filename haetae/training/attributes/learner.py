"""Attributes as the trainer sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from haetae.domain.attributes import VALUES, AttributeName, Attributes
from haetae.training.attributes.batches import AttributeBatches, RealColours
from haetae.training.attributes.colours import MEASURED
from haetae.training.attributes.layout import NAMES, SLICES, UNKNOWN
from haetae.training.attributes.losses import attribute_loss, guess_loss, told_colours
from haetae.training.attributes.network import AttributeNetwork, AttributeReader
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.evaluation.attributes import attribute_scores
from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.learner import About, Batch, device_of
from haetae.training.reid.validation import outputs_of


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Drawn people who were not learnt from, with labels (n, attributes), and real ones for their colours.

    `hidden`: the labels with what a crop alone cannot show, but the others of its tracklet may.
    """

    bank: PictureBank
    rows: NDArray[np.intp]
    labels: NDArray[np.int64]
    hidden: NDArray[np.int64]
    real: RealColours | None = None


_ON_GUESSES = 0.3


@dataclass(frozen=True, slots=True)
class Weights:
    """`values`, `shares` (N_VALUES,) float32: what each value weighs, how often it is there; `on_real`: measured colours."""

    values: Tensor
    shares: Tensor
    on_real: float


class AttributeLearner:
    """Network, batches and losses of one recipe."""

    def __init__(
        self,
        network: AttributeNetwork,
        batches: AttributeBatches,
        weights: Weights,
        held_out: HeldOut,
        about: About,
    ) -> None:
        self._network, self._batches, self._weights = network, batches, weights
        self._held_out, self._about = held_out, about

    @property
    def network(self) -> nn.Module:
        return self._network

    @property
    def batches(self) -> AttributeBatches:
        return self._batches

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        scores = network(batch["images"].float())
        with torch.autocast(scores.device.type, enabled=False):
            scores, labels, weights = scores.float(), batch["labels"], self._weights
            n_drawn = len(labels)
            parts = attribute_loss(scores[:n_drawn], labels, weights.values.to(scores.device))
            parts["guesses"] = _ON_GUESSES * guess_loss(scores[:n_drawn], labels, weights.shares.to(scores.device))
            if "colours" in batch:
                for i, name in enumerate(MEASURED):
                    told = told_colours(scores[n_drawn:], batch["colours"][:, i], batch["sure"][:, i], SLICES[name])
                    parts[f"real_{name.value}"] = weights.on_real * told
            return {"total": torch.stack(list(parts.values())).mean(), **parts}

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        held_out, size = self._held_out, self._batches.size
        reader = _reader(network)
        outputs = outputs_of(reader, held_out.bank, held_out.rows, size)
        truth = truths(held_out.labels[held_out.rows])
        scores = attribute_scores(truth, [as_attributes(row) for row in outputs])
        together, first = fused(outputs, held_out.bank, held_out.rows)
        of_tracklets = attribute_scores(truths(held_out.hidden[first]), [as_attributes(row) for row in together])
        figures = {
            "label_mean_accuracy": scores.without_colours.mean_accuracy,
            "instance_f1": scores.without_colours.f1,
            "label_mean_accuracy_with_colours": scores.everything.mean_accuracy,
            "instance_f1_with_colours": scores.everything.f1,
            "tracklets_label_mean_accuracy": of_tracklets.without_colours.mean_accuracy,
            "tracklets_instance_f1": of_tracklets.without_colours.f1,
            **{f"correct_{name.value}": share for name, share in scores.correct.items()},
            **{f"tracklets_correct_{name.value}": share for name, share in of_tracklets.correct.items()},
        }
        if held_out.real is not None:
            figures |= _real_colours(outputs_of(reader, held_out.real.bank, held_out.real.rows, size), held_out.real)
        return figures

    def measure_file(self, file: Path) -> Mapping[str, float]:
        """As `measure`, of an exported file."""
        return self.measure(FromFile(file))

    def export(self, network: nn.Module, folder: Path) -> Path:
        assert isinstance(network, AttributeNetwork)
        size = self._batches.size
        free = {"images": {0: "n"}, "probabilities": {0: "n"}}
        example = torch.zeros(1, 3, size.height, size.width)
        return write_onnx(AttributeReader(network), example, folder / "haetae-attributes.onnx", ["probabilities"], free=free)

    def about(self) -> About:
        return self._about


def _reader(network: nn.Module) -> nn.Module:
    """Gives probabilities; an exported file does by itself."""
    if isinstance(network, FromFile):
        return network
    assert isinstance(network, AttributeNetwork)
    return AttributeReader(network).to(device_of(network)).eval()


def as_attributes(probabilities: NDArray[np.floating]) -> Attributes:
    """(N_VALUES,) probabilities by name and value, as they are."""
    return Attributes(
        {name: dict(zip(VALUES[name], probabilities[values].tolist(), strict=True)) for name, values in SLICES.items()}
    )


def truths(labels: NDArray[np.int64]) -> list[dict[AttributeName, str]]:
    """What is known of each crop, by name."""
    rows: Sequence[Sequence[int]] = labels.tolist()
    return [{n: VALUES[n][value] for n, value in zip(NAMES, row, strict=True) if value != UNKNOWN} for row in rows]


def fused(
    outputs: NDArray[np.floating], bank: PictureBank, rows: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(tracklets, N_VALUES): the mean of the probabilities over the crops of a person in one camera, and the row of the first.

    The direction is left to the first crop: people turn. (A service weighs shots by their quality; these are alike.)
    """
    keys = np.stack([bank.columns["identity"][rows], bank.columns["camera"][rows]], axis=1)
    _, first, of = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    of = of.reshape(-1)
    sums = np.zeros((len(first), outputs.shape[1]))
    np.add.at(sums, of, outputs)
    together = sums / np.bincount(of)[:, None]
    together[:, SLICES[AttributeName.DIRECTION]] = outputs[first][:, SLICES[AttributeName.DIRECTION]]
    return together, rows[first]


def _real_colours(read: NDArray[np.float32], real: RealColours) -> dict[str, float]:
    """How often the best colour is the measured one, where the measurement is sure."""
    figures = {}
    for i, name in enumerate(MEASURED):
        sure = real.measured.sure[real.rows, i]
        if sure.any():
            said = read[sure][:, SLICES[name]].argmax(axis=1)
            figures[f"real_{name.value}"] = float((said == real.measured.shares[real.rows, i][sure].argmax(axis=1)).mean())
    return figures
