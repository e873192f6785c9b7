"""A network on its way: one step at a time, put away whole and taken up again."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from haetae.errors import Misconfigured, Poison
from haetae.training.averaging import MovingAverage
from haetae.training.learner import Batch, Learner
from haetae.training.recipe import Optimisation
from haetae.training.runs.curves import Curves
from haetae.training.runs.files import write_whole
from haetae.training.schedule import learning_rate

_MAX_LOST = 10  # steps in a row without a finite gradient


class Fit:
    """The network, its moving average, the optimiser, the curves, and how far they are.

    `step` counts the steps made; `elapsed_s` and `cpu_s` are of all continuations up to the last `save`. Every random number that
    torch draws in a step comes from (seed, step).
    """

    def __init__(self, learner: Learner, optimisation: Optimisation, seed: int, device: torch.device) -> None:
        self.learner = learner
        self.optimisation = optimisation
        self.device = device
        self.network = learner.network.to(device)
        if optimisation.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)
        self.average = MovingAverage(self.network, optimisation.ema_decay)
        self.optimiser = torch.optim.AdamW(_groups(self.network, optimisation.weight_decay), lr=0.0, fused=True)
        self.curves = Curves()
        self.step = 0
        self.elapsed_s = 0.0
        self.cpu_s = 0.0
        self.n_lost = 0
        self.n_lost_in_a_row = 0
        self._seed = seed

    def advance(self, batch: Batch, elapsed_s: float) -> dict[str, float]:
        """One step on one batch; gives its losses. Raises Poison where ten in a row had no finite gradient."""
        torch.manual_seed((self._seed * 1_000_003 + self.step) % 2**63)
        rate = learning_rate(self.optimisation, self.step, elapsed_s)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.network.train()
        bf16 = self.optimisation.precision == "bf16"
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=bf16):
            losses = self.learner.loss(self.network, self._placed(batch), self.step)
        losses["total"].backward()  # type: ignore[no-untyped-call]
        told = {name: float(value.detach()) for name, value in losses.items()}
        if math.isfinite(told["total"]) and math.isfinite(self._clipped()):
            self.optimiser.step()
            self.average.follow(self.network, self.step)
            self.curves.add(told)
            self.n_lost_in_a_row = 0
        else:
            self._lost()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        return told

    def log(self, elapsed_s: float, measured: Mapping[str, float] | None = None) -> None:
        """Ends a point of the curves."""
        rate = learning_rate(self.optimisation, self.step - 1, elapsed_s)
        self.curves.close(self.step, elapsed_s, rate, measured)

    def measure(self) -> dict[str, float]:
        """Figures of the averaged network on held-out data."""
        with torch.no_grad():
            return {name: float(value) for name, value in self.learner.measure(self.average.network.eval()).items()}

    def save(self, file: Path) -> None:
        """Everything that a continuation needs, in one file that is there whole or not at all."""
        content = {
            "network": self.network.state_dict(),
            "average": self.average.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "means": means(self.device),
            "step": self.step,
            "elapsed_s": self.elapsed_s,
            "cpu_s": self.cpu_s,
            "n_lost": self.n_lost,
            "n_lost_in_a_row": self.n_lost_in_a_row,
            "curves": {"points": self.curves.points, "sums": self.curves.sums, "n": self.curves.n},
        }
        write_whole(file, lambda opened: torch.save(content, opened))

    def load(self, file: Path) -> bool:
        """Goes on from a checkpoint; whether it was made by the same means, so that the very same weights will come out.

        Raises Misconfigured where it is not one of this network.
        """
        content = checkpoint(file)
        _fill(self.network, content["network"], file)
        _fill(self.average.network, content["average"], file)
        self.optimiser.load_state_dict(content["optimiser"])
        self.curves = Curves(**content["curves"])
        for name in ("step", "elapsed_s", "cpu_s", "n_lost", "n_lost_in_a_row"):
            setattr(self, name, content[name])
        return bool(content["means"] == means(self.device))

    def start_from(self, run: Path) -> None:
        """Takes over the averaged network of another run (its folder or its checkpoint), with nothing else of it."""
        file = run / "checkpoint.pt" if run.is_dir() else run
        if not file.is_file():
            raise Misconfigured(f"There is no checkpoint to start from at {run}.")
        content = checkpoint(file)
        _fill(self.network, content["average"], file)
        _fill(self.average.network, content["average"], file)

    def _placed(self, batch: Batch) -> Batch:
        placed = {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}
        if not self.optimisation.channels_last:
            return placed
        return {name: t.contiguous(memory_format=torch.channels_last) if t.ndim == 4 else t for name, t in placed.items()}

    def _clipped(self) -> float:
        limit = self.optimisation.clip_norm or math.inf
        return float(nn.utils.clip_grad_norm_(self.network.parameters(), limit))

    def _lost(self) -> None:
        self.n_lost += 1
        self.n_lost_in_a_row += 1
        if self.n_lost_in_a_row >= _MAX_LOST:
            raise Poison(
                f"The loss or its gradient has been no finite number for {_MAX_LOST} steps: start afresh with a lower "
                "optimisation.learning_rate or clip_norm, or with precision f32.",
                step=self.step,
            )


def means(device: torch.device) -> str:
    """What the last digits of every sum depend on."""
    return f"{device}, {torch.get_num_threads()} thread(s), {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}"


def checkpoint(file: Path) -> dict[str, Any]:
    """The content of a checkpoint, on the CPU: tensors and plain values only. Raises Misconfigured where it cannot be read."""
    try:
        return dict(torch.load(file, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, EOFError, KeyError, ValueError, pickle.UnpicklingError) as error:
        raise Misconfigured(f"{file} is no checkpoint that can be read: {error}.") from error


def _fill(network: nn.Module, state: Mapping[str, Any], file: Path) -> None:
    try:
        network.load_state_dict(dict(state))
    except RuntimeError as error:
        raise Misconfigured(f"The checkpoint {file} is of another network: {error}") from error


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameters with and without decay."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    matrices = [parameter for parameter in trained if parameter.ndim > 1]
    others = [parameter for parameter in trained if parameter.ndim <= 1]
    return [{"params": params, "weight_decay": decay} for params, decay in ((matrices, weight_decay), (others, 0.0)) if params]
