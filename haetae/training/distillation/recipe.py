"""The recipe of a detector for one's own cameras."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from haetae.errors import Misconfigured
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing.composer import Mix
from haetae.training.detection.composing.prepared import Amounts, prepared
from haetae.training.detection.data import DetectionBatches
from haetae.training.detection.labels import LabelledFrame
from haetae.training.detection.learner import DetectionLearner
from haetae.training.detection.measuring import HeldOut, at_width
from haetae.training.detection.network import PersonDetectorNetwork, Widths
from haetae.training.detection.recipe import PersonDetectorRecipe
from haetae.training.distillation.teaching import folded, opened
from haetae.training.distillation.warm_start import take_over
from haetae.training.learner import About
from haetae.training.recipe import Optimisation
from haetae.training.workspace import Workspace

_MEASURED_PX = 480
_SETTLED_OVER = 4  # batches


@dataclass(frozen=True, slots=True)
class DistilledDetectorRecipe:
    """Mostly the frames that the teacher labelled (`frames` names their bank), and some drawn people on the same places.

    It starts from what `start` knows, an exported network of the same widths (such as the built-in one); or from what a run
    knows, its checkpoint being `optimisation.start_from`; else from nothing, which takes longer.
    """

    name: str = "distilled-detector"
    seed: int = 7
    frames: str = ""
    teacher: str = "rtmdet-nano"
    start: Path | None = None
    n_folds: int = 0  # 0: the last sixth of each source is held out; else one of so many stretches of time
    fold: int = 0
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=1_000_000,
            learning_rate=2.5e-3,
            weight_decay=0.03,
            warmup_steps=60,
            clip_norm=10.0,
            ema_decay=0.995,
            precision="bf16",
            channels_last=True,
            seconds=240.0,
        )
    )
    batch_size: int = 16
    sizes: tuple[tuple[int, int], ...] = ((192, 320), (192, 320), (256, 416))
    widths: Widths = field(default_factory=lambda: PersonDetectorRecipe().widths)
    mix: Mix = field(default_factory=lambda: Mix(real=0.75, people_in_real=0.3, turned_real=0.0, sources=(0.15, 0.7, 0.15)))
    amounts: Amounts = field(
        default_factory=lambda: Amounts(identities=40, sprites_each=12, things=150, scenes=6, grounds=60, patches_each=60)
    )

    def build(self, workspace: Workspace) -> DetectionLearner:
        """Draws people and places (a minute, once). Raises Misconfigured where the frames are not there."""
        if not self.frames:
            raise Misconfigured("Say which labelled frames: --set frames=NAME; `haetae distill` makes them and does so itself.")
        taught = self.taught(workspace)
        n_sources = int(taught.bank.columns["clip"].max()) + 1
        banks = prepared(workspace.banks, taught, self.amounts, self.seed)
        mix = replace(self.mix, clips=tuple(1.0 for _ in range(n_sources)))
        batches = DetectionBatches(banks, mix, self.seed, self.batch_size, self.sizes)
        about = _about(self.teacher, taught)
        network = PersonDetectorNetwork(self.widths)
        if self.start is not None:
            take_over(self.start, network, [batches.batch(step)["images"].float() for step in range(_SETTLED_OVER)])
        return DetectionLearner(network, batches, lambda: held_out(taught), about)

    def taught(self, workspace: Workspace) -> ClipFrames:
        """The labelled frames with what is held out. Raises Misconfigured where they are not there."""
        frames = opened(workspace.banks / self.frames)
        return folded(frames, self.n_folds, self.fold) if self.n_folds else frames


def held_out(taught: ClipFrames) -> HeldOut:
    """The ends of the sources: the threshold is chosen on every other frame, the figures that count are those of the rest."""
    frames = held_out_frames(taught)
    return HeldOut({"choice": frames[::2], "held_out": frames[1::2]}, chosen_on=("choice",))


def held_out_frames(taught: ClipFrames) -> list[LabelledFrame]:
    """480 px wide."""
    return [at_width(taught.frame(int(i)), _MEASURED_PX) for i in np.flatnonzero(taught.bank.columns["held_out"])]


def _about(teacher: str, taught: ClipFrames) -> About:
    columns = taught.bank.columns
    n_sources, n_held_out = len(np.unique(columns["clip"])), int(np.sum(columns["held_out"]))
    return About(
        title="A person detector for these cameras",
        purpose="People as these cameras see them, in pictures of any size (sides in multiples of 32).",
        data=f"{len(taught) - n_held_out:,} frames of {n_sources} source(s) with the boxes of {teacher}, and drawn people on the "
        f"same places; {n_held_out:,} later frames of the same sources are held out. No box was drawn by hand: what the teacher "
        "misses, the student learns to miss.",
        limits="Made for the cameras that it learnt from. Elsewhere, in other seasons or after a camera was moved it is to be "
        "distilled again. The figures say how near it comes to its teacher, not to the truth.",
    )
