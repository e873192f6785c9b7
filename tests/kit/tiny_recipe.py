"""The smallest thing that can be trained: 200 parameters that learn whether a small picture is bright."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.learner import About, Batch
from haetae.training.recipe import Optimisation
from haetae.training.trainer import train
from haetae.training.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TinyData:
    """Pictures (8, 3, 8, 8) uint8 and whether their mean is above the middle. `pause_s` makes a run slow enough to be killed."""

    seed: int
    pause_s: float = 0.0
    broken_from: int | None = None  # a step from which on the data is no number

    def batch(self, step: int) -> Batch:
        time.sleep(self.pause_s)
        rng = np.random.default_rng((self.seed, step))
        level = rng.uniform(0, 255, (8, 1, 1, 1))
        pictures = np.clip(level + rng.normal(0, 20, (8, 3, 8, 8)), 0, 255).astype(np.uint8)
        bright = torch.from_numpy((level > 127.5).reshape(8, 1).astype(np.float32))
        broken = self.broken_from is not None and step >= self.broken_from
        return {"images": torch.from_numpy(pictures), "bright": bright * float("nan") if broken else bright}


class TinyNetwork(nn.Module):
    """(n, 3, h, w) float32 0-255 -> (n, 1) 0-1."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.drop = nn.Dropout(0.1)
        self.last = nn.Linear(width, 1)

    def logits(self, images: Tensor) -> Tensor:
        hidden = torch.relu(self.norm(self.first(images / 255.0 - 0.5)))
        logits: Tensor = self.last(self.drop(hidden.mean((2, 3))))
        return logits

    def forward(self, images: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(images))


@dataclass(frozen=True, slots=True)
class TinyLearner:
    network: nn.Module
    batches: TinyData

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        assert isinstance(network, TinyNetwork)
        logits = network.logits(batch["images"].float())
        total = nn.functional.binary_cross_entropy_with_logits(logits.float(), batch["bright"])
        return {"total": total, "mean_logit": logits.mean()}

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        held_out = [TinyData(self.batches.seed + 1_000_000).batch(step) for step in range(8)]
        right = [((network(each["images"].float()) > 0.5) == (each["bright"] > 0.5)).float().mean() for each in held_out]
        return {"accuracy": float(torch.stack(right).mean())}

    def measure_file(self, file: Path) -> Mapping[str, float]:
        return self.measure(FromFile(file))

    def export(self, network: nn.Module, folder: Path) -> Path:
        return write_onnx(
            network, torch.zeros(1, 3, 8, 8), folder / "tiny.onnx", ["bright"], free={"images": {0: "n"}, "bright": {0: "n"}}
        )

    def about(self) -> About:
        return About("A tiny network", "Tells bright from dark.", "Drawn noise.", "Good for nothing else.")


@dataclass(frozen=True, slots=True)
class TinyRecipe:
    name: str = "tiny"
    seed: int = 3
    width: int = 6
    sizes: tuple[int, ...] = (8,)
    pause_s: float = 0.0
    broken_from: int | None = None
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(steps=40, learning_rate=0.02, warmup_steps=5, ema_decay=0.9, log_every=5)
    )

    def build(self, workspace: Workspace) -> TinyLearner:
        return TinyLearner(TinyNetwork(self.width), TinyData(self.seed, self.pause_s, self.broken_from))


def main() -> None:
    """Trains slowly in the folder that is the first argument, for a test that kills it."""
    slow = Optimisation(steps=60, warmup_steps=5, log_every=7, checkpoint_s=0.4)
    # by its importable name: run as a program this module is `__main__`, and a run remembers where its recipe's class is
    from tests.kit.tiny_recipe import TinyRecipe as Importable

    torch.set_num_threads(1)
    train(Importable(pause_s=0.02, optimisation=slow), Workspace(Path(sys.argv[1])), run_name="r", n_workers=1)


if __name__ == "__main__":
    main()
