"""What a recipe is: everything that decides a network, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from haetae.errors import Misconfigured
from haetae.training.learner import Learner
from haetae.training.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Optimisation:
    """How a network is fitted: AdamW, a linear warm-up, then half a cosine down to `final_share` of the learning rate.

    `seconds` tells a run to take that long (of wall time, over all its continuations): the cosine then goes by the share of
    the time that is gone, or of the steps where that is more. Such a run can be continued, but how many steps it makes depends
    on the machine: only a run that steps alone limit gives the same weights again.
    """

    steps: int = 1000
    learning_rate: float = 1e-3
    weight_decay: float = 5e-4  # of matrices and filters; biases and scales are never decayed
    warmup_steps: int = 50
    final_share: float = 0.01
    clip_norm: float = 5.0  # of the gradient of all parameters together; 0: not clipped
    ema_decay: float = 0.999  # of the moving average that is measured and exported; 0: the network itself
    precision: Literal["f32", "bf16"] = "f32"  # of the forward pass; parameters and optimiser stay f32
    channels_last: bool = False
    seconds: float | None = None
    log_every: int = 20  # steps that one point of the curves averages
    checkpoint_s: float = 60.0  # wall seconds between checkpoints: what a kill costs at most
    measure_every: int = 0  # steps between measurements on held-out data; 0: at the end only
    start_from: Path | None = None  # a run's folder or a checkpoint whose averaged network this one starts with

    def __post_init__(self) -> None:
        positive = {"steps": self.steps, "learning_rate": self.learning_rate, "log_every": self.log_every}
        for name, value in positive.items():
            if value <= 0:
                raise Misconfigured(f"optimisation.{name} must be above 0.", value=value)
        if not 0 <= self.ema_decay < 1:
            raise Misconfigured("optimisation.ema_decay lies in [0, 1).", value=self.ema_decay)
        if self.seconds is not None and self.seconds <= 0:
            raise Misconfigured("optimisation.seconds must be above 0, or none.", value=self.seconds)


class Recipe(Protocol):
    """A frozen dataclass of plain values (numbers, words, paths, tuples, nested dataclasses): it is written to `recipe.json`
    and read back, and its fields can be set on the command line.

    Equal recipes give equal networks: every random number comes from `seed`.
    """

    @property
    def name(self) -> str:
        """As in the register of recipes."""

    @property
    def seed(self) -> int: ...

    @property
    def optimisation(self) -> Optimisation: ...

    def build(self, workspace: Workspace) -> Learner:
        """Makes or loads the data and a fresh network; torch's generator has been seeded. May take long the first time (banks).

        Raises Misconfigured where data is missing, saying what to put where.
        """
