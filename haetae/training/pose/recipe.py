"""The recipe of the built-in pose network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from haetae.inference.local import LocalInference
from haetae.models.pull import pull
from haetae.settings import Settings
from haetae.training.detection.clips import ClipFrames, clip_frames
from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.learner import About, Batch, device_of
from haetae.training.pose.batches import PoseBatches
from haetae.training.pose.clip_people import TEACHER, clip_people
from haetae.training.pose.composing import Chances
from haetae.training.pose.held_out import Reading, Shown, drawn_people, figures_of, real_people
from haetae.training.pose.loss import place_loss
from haetae.training.pose.network import SIDE_PX, PoseNetwork, PoseReader
from haetae.training.pose.places import empty_places
from haetae.training.pose.sprite_bank import sprite_bank
from haetae.training.recipe import Optimisation
from haetae.training.workspace import Workspace

_LABELLERS = ("rtmdet-nano", "retail-0013", TEACHER)
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class PoseRecipe:
    """Drawn people in every posture, turned every way; with clips also real people with the joints that MoveNet is sure of."""

    name: str = "pose"
    seed: int = 7
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=20_000,
            learning_rate=2e-3,
            weight_decay=1e-3,
            warmup_steps=100,
            ema_decay=0.998,
            precision="bf16",
            channels_last=True,
            seconds=1500.0,
        )
    )
    width: float = 1.0
    batch_size: int = 48
    spread_cells: float = 1.0
    share_of_clips: float = 0.3
    first_identity: int = 400_000
    n_identities: int = 240
    n_each: int = 20
    n_held_out: int = 40  # identities from 1,000,000 on
    n_clip_people: int = 2400
    n_scenes: int = 160
    n_pieces: int = 1500
    chances: Chances = field(default_factory=Chances)

    def build(self, workspace: Workspace) -> PoseLearner:
        """Draws the people (minutes) and labels the clips, where there are any; both are kept in the workspace's banks."""
        sprites = sprite_bank(workspace.banks, self.first_identity, self.n_identities, self.n_each)
        unseen = sprite_bank(workspace.banks, 1_000_000, self.n_held_out, self.n_each)
        frames = _frames(workspace)
        places = empty_places(workspace.banks, frames, self.seed, self.n_scenes, self.n_pieces)
        people = clip_people(frames, workspace.banks, _teachers(workspace), self.n_clip_people) if frames else None
        of_clips = np.flatnonzero(~people.held_out) if people is not None else np.empty(0, np.intp)
        batches = PoseBatches(self.seed, self.batch_size, sprites, places, people, of_clips, self.share_of_clips, self.chances)
        real = {"upright": real_people(people), "turned": real_people(people, turned=90.0)} if people is not None else {}
        return PoseLearner(PoseNetwork(self.width), batches, drawn_people(unseen, places, self.seed), real, self.spread_cells)


@dataclass(frozen=True, slots=True, eq=False)
class PoseLearner:
    """The network, its data, and the people it is measured on."""

    network: PoseNetwork
    batches: PoseBatches
    drawn: Shown
    real: Mapping[str, Shown]
    spread_cells: float

    def loss(self, network: nn.Module, batch: Batch, step: int) -> Mapping[str, Tensor]:
        logits = network(batch["pixels"].float())
        return {"total": place_loss(logits, batch["places"], batch["weights"], self.spread_cells)}

    def measure(self, network: nn.Module) -> Mapping[str, float]:
        return figures_of(reading_of(network), self.drawn, self.real)

    def measure_file(self, file: Path) -> Mapping[str, float]:
        """As `measure`, of an exported file."""
        return self.measure(FromFile(file))

    def export(self, network: nn.Module, folder: Path) -> Path:
        free = {"images": {0: "n"}, "keypoints": {0: "n"}}
        example = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
        return write_onnx(_reader(network), example, folder / "pose.onnx", ["keypoints"], free=free)

    def about(self) -> About:
        return About(
            title="haetae-pose",
            purpose="The 17 COCO key points of the person in the middle of a square picture of 128 x 128, upright or lying, with "
            "the probability that each is about where it is said to be.",
            data=f"{len(self.batches.sprites):,} drawn people of the simulator in every posture, on "
            + (
                f"empty places of recorded clips; {len(self.batches.of_clips):,} crops of real people from the training part of "
                "those clips, with the joints that MoveNet SinglePose Lightning (Apache-2.0; trained by others on photographs of "
                "real people under terms of their own) sees with a score of .25 and more."
                if len(self.batches.of_clips)
                else "plain backgrounds. No real picture."
            ),
            limits="One person a picture: of two who overlap it may mix the limbs. Left and right are often exchanged in crops "
            "below 40 pixels and from behind. Hidden joints are guesses, with a lower score. Not made for sport, for close-ups "
            "or for telling who somebody is.",
        )


def reading_of(network: nn.Module) -> Reading:
    """Pictures through the network in training's own arithmetic."""
    reader, device = _reader(network), device_of(network)

    def read(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        planes = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
        with torch.no_grad():
            parts = [reader(part.to(device).float()).cpu() for part in torch.split(planes, _AT_ONCE)]
        return np.asarray(torch.cat(parts).numpy(), dtype=np.float32)

    return read


def _reader(network: nn.Module) -> nn.Module:
    if isinstance(network, FromFile):  # an exported file reads by itself
        return network
    if not isinstance(network, PoseNetwork):
        raise TypeError("not a pose network")
    return PoseReader(network).to(device_of(network)).eval()


def _frames(workspace: Workspace) -> ClipFrames | None:
    return None if workspace.clips is None else clip_frames(workspace.clips, workspace.banks, lambda: _teachers(workspace))


def _teachers(workspace: Workspace) -> LocalInference:
    """Pulled into the workspace: what lies in the platform's own folder would become its default."""
    folder = workspace.folder / "teachers"
    pull(folder, _LABELLERS, mirror=Settings.load().models.mirror)
    return LocalInference(folder)
