"""The recipe of the built-in person detector."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.inference.local import LocalInference
from haetae.models.pull import pull
from haetae.settings import Settings
from haetae.training.detection.clips import CLIPS, ClipFrames, clip_frames
from haetae.training.detection.composing.composer import Composer, Mix
from haetae.training.detection.composing.prepared import Amounts, prepared
from haetae.training.detection.data import DetectionBatches
from haetae.training.detection.learner import DetectionLearner
from haetae.training.detection.measuring import HeldOut, at_width, turned
from haetae.training.detection.network import PersonDetectorNetwork, Widths
from haetae.training.learner import About
from haetae.training.recipe import Optimisation
from haetae.training.workspace import Workspace

_TEACHERS = ("rtmdet-nano", "retail-0013")
_HELD_OUT_SEED = 1_000_000  # of identities and scenes
_HELD_OUT_SIZES = (ImageSize(width=480, height=352), ImageSize(width=640, height=384))
_HELD_OUT_WIDTHS_PX = (480, 640)
_EVERY_HELD_OUT = 3  # frames of the clips' ends: neighbours are alike


@dataclass(frozen=True, slots=True)
class PersonDetectorRecipe:
    """Drawn people on drawn and real places, and real frames with the boxes that two teachers agree on, from scratch."""

    name: str = "person-detector"
    seed: int = 7
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=1_000_000,
            learning_rate=2e-3,
            weight_decay=0.03,
            warmup_steps=150,
            clip_norm=10.0,
            ema_decay=0.999,
            checkpoint_s=120.0,
            precision="bf16",
            channels_last=True,
            seconds=4200.0,
        )
    )
    batch_size: int = 16
    sizes: tuple[tuple[int, int], ...] = ((192, 320), (192, 320), (256, 416), (320, 544), (160, 256), (384, 640))
    widths: Widths = field(default_factory=lambda: Widths(pyramid=48))
    mix: Mix = field(default_factory=Mix)
    amounts: Amounts = field(default_factory=Amounts)
    n_held_out: int = 160  # drawn frames

    def build(self, workspace: Workspace) -> DetectionLearner:
        """Labels the clips and draws people and places (a quarter of an hour); all of it is kept in the workspace's banks."""
        cv2.setNumThreads(1)  # OpenCV's threads do not survive the fork of the process that makes the batches
        clips = clip_frames(workspace.clips, workspace.banks, lambda: _teachers(workspace))
        banks = prepared(workspace.banks, clips, self.amounts, self.seed)
        batches = DetectionBatches(banks, self.mix, self.seed, self.batch_size, self.sizes)
        about = _about(self.amounts, clips)
        return DetectionLearner(PersonDetectorNetwork(self.widths), batches, lambda: self._held_out(workspace, clips), about)

    def _held_out(self, workspace: Workspace, clips: ClipFrames) -> HeldOut:
        """The clips' ends, the same turned by 90 degrees, and frames with people and places that are used for nothing else."""
        members = [i for clip in range(len(CLIPS)) for i in clips.of_clip(clip, held_out=True)[::_EVERY_HELD_OUT].tolist()]
        real = [at_width(clips.frame(i), _HELD_OUT_WIDTHS_PX[n % 2]) for n, i in enumerate(members)]
        unseen = prepared(workspace.banks, clips, self.amounts.few(), _HELD_OUT_SEED, held_out=True)
        composer, rng = Composer(unseen, self.mix, held_out=True), np.random.default_rng(_HELD_OUT_SEED)
        drawn = [composer.drawn(rng, _HELD_OUT_SIZES[n % 2]) for n in range(self.n_held_out)]
        return HeldOut({"clips": real, "drawn": drawn, "turned": turned(real)}, chosen_on=("clips", "drawn"))


def _teachers(workspace: Workspace) -> LocalInference:
    """Pulled into the workspace: what lies in the platform's own folder would become its default."""
    folder = workspace.folder / "teachers"
    pull(folder, _TEACHERS, mirror=Settings.load().models.mirror)
    return LocalInference(folder)


def _about(amounts: Amounts, clips: ClipFrames) -> About:
    return About(
        title="haetae-detector",
        purpose="People in pictures of any size (sides in multiples of 32), upright, sitting, bending and lying, from about 25 "
        "pixels of height on. 640 x 384 for cameras of 720p and more; 480 x 360 cameras at their own size.",
        data=f"{amounts.identities * amounts.sprites_each:,} cut-outs of {amounts.identities:,} drawn people in all postures, on "
        f"{amounts.scenes + amounts.grounds + amounts.interiors:,} drawn places and on parts without people of {len(clips):,} "
        "frames of six recorded clips (NVIDIA, Apache-2.0; Intel, CC-BY-4.0); and those frames themselves, with the boxes on "
        "which RTMDet-nano and person-detection-retail-0013 (both Apache-2.0; trained by others on photographs of real people on "
        "terms of their own) agree, some turned by 90 degrees. The last sixth of each clip is not learnt from. No box was drawn "
        "by hand.",
        limits="Six clips are all that it knows of real people: in places unlike them it is behind networks that were trained on "
        "tens of thousands of photographs. People below 25 pixels, seen from straight above, or of whom less than a third is "
        "seen are mostly missed. Posts, bins and clothes on hangers can be taken for people.",
    )
