"""What the trainer asks of a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Batch = dict[str, Tensor]


class Batches(Protocol):
    """The training data. Picklable, or cheap to share with a forked process: batches are made in processes of their own."""

    def batch(self, step: int) -> Batch:
        """The batch of a step: a pure function of the recipe's seed and `step`, so that a continued run sees what it would have.

        Draw with `np.random.default_rng((seed, step))`. Pictures travel best as uint8; `loss` turns them into floats.
        """


class Learner(Protocol):
    """One task: its network, its data, its loss, its figures, its file."""

    @property
    def network(self) -> nn.Module:
        """Everything that is trained, heads and class centres that are only needed while training included."""

    @property
    def batches(self) -> Batches: ...

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        """Scalars by name; "total" is minimised, the others are for the curves.

        `network` is in training mode, tensors are on its device, and autocast is on where the recipe asks for bf16 (turn it off
        around what needs more digits). torch's generator is seeded anew for each step. No state is kept from call to call.
        """

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        """Figures on held-out data. `network` is the averaged one, in evaluation mode, without gradients."""

    def export(self, network: nn.Module, folder: Path) -> Path:
        """Writes the ONNX file into `folder`; `network` is the averaged one, on the CPU, f32, in evaluation mode."""


@dataclass(frozen=True, slots=True)
class About:
    """What a card says about a network beyond figures; Markdown."""

    title: str
    purpose: str
    data: str
    limits: str
    licence: str = "Apache-2.0"


@runtime_checkable
class Described(Protocol):
    """A learner may say what its network's card should."""

    def about(self) -> About: ...


@runtime_checkable
class MeasuresFiles(Protocol):
    """A learner may measure an exported file: int8 is then told apart from f32 by the task's own figures."""

    def measure_file(self, file: Path) -> Mapping[str, float]:
        """As `measure`, of an ONNX file."""


@runtime_checkable
class Calibrates(Protocol):
    """A learner may say which pictures set the ranges of int8; without, pictures of its training batches do."""

    def calibration(self) -> Iterable[NDArray[np.float32]]:
        """Some dozens of inputs of the exported network, (n, 3, h, w) float32 0-255."""


def device_of(network: nn.Module) -> torch.device:
    """Where the network's parameters lie."""
    return next(network.parameters()).device
