"""Recipes of re-identification: the built-in OSNet, taught by two public networks, and ResNet-50 for comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from torch import nn

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.inference.port import Inference
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.learner import About
from haetae.training.recipe import Optimisation
from haetae.training.reid.about import about
from haetae.training.reid.augmentation import Augmentation
from haetae.training.reid.batches import Crops, ReidBatches, Sampling, Sizes, fellows_of, grouped
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.learner import LossWeights, ReidLearner, Validation
from haetae.training.reid.network import ReidNetwork
from haetae.training.reid.osnet import OSNet
from haetae.training.reid.real_people import RealPlan, real_bank
from haetae.training.reid.resnet50 import ResNet50
from haetae.training.reid.teachers import agreeing, combined, principal_directions, projected, pulled, teacher_embeddings
from haetae.training.workspace import Workspace

BOX_TEACHERS = ("rtmdet-nano", "retail-0013")
"""Who finds the people in clips."""

Targets = NDArray[np.float16]
Column = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class ReidRecipe:
    """OSNet on drawn people, who have names, and on real people, of whom the teachers say how alike they are.

    `teachers` are networks of the catalogue; with none, and `weights.classes` above 0, it is the paper's own training.
    """

    name: str = "reid"
    seed: int = 1
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=7000, learning_rate=3.5e-3, warmup_steps=60, precision="bf16", channels_last=True, log_every=50
        )
    )
    width: float = 0.25
    instance_norm: bool = False
    stripes: int = 4  # of the body, from head to foot, whose features the embedding is made of
    last: float = 2.0  # times the features of the paper's last convolution
    n_dimensions: int = 256
    height_px: int = 128
    width_px: int = 64
    sizes: Sizes = ((0.4, 0.5), (0.8, 0.75))
    crops: CropPlan = field(default_factory=CropPlan)
    held_out: CropPlan = field(default_factory=lambda: CropPlan(1_000_000, 60, 8, 4, 16, first_camera=1_000_000))
    real: RealPlan | None = field(default_factory=RealPlan)
    teachers: tuple[str, ...] = ("reid-0288", "reid-0286")
    agreement: float = 0.7  # 0-1: how far a crop's target is drawn to the mean of its person's
    sampling: Sampling = field(default_factory=Sampling)
    augmentation: Augmentation = field(default_factory=Augmentation)
    weights: LossWeights = field(default_factory=LossWeights)
    n_workers: int = 1  # processes that draw the bank; the bank is the same

    def trunk(self) -> tuple[nn.Module, int]:
        """The network without its head, and how many features it gives."""
        network = OSNet(self.width, instance_norm=self.instance_norm, stripes=self.stripes, last=self.last)
        return network, network.n_features

    def build(self, workspace: Workspace) -> ReidLearner:
        drawn = crop_bank(self.crops, workspace.banks, told, self.n_workers)
        held_out = crop_bank(self.held_out, workspace.banks, told, self.n_workers)
        real = None
        if self.real is not None:
            real = real_bank(self.real, workspace.clips, workspace.banks, pulled(workspace, BOX_TEACHERS), told)
        return self.learner(drawn, held_out, real, pulled(workspace, self.teachers))

    def learner(
        self, drawn: PictureBank, held_out: PictureBank, real: PictureBank | None, inference: Callable[[], Inference]
    ) -> ReidLearner:
        """On these banks. `real` people are of use only to teachers."""
        drawn_targets, real_targets = self._targets(drawn, real, inference)
        members = grouped(drawn.columns["identity"])
        kept_out = real.columns["held_out"].astype(bool) if real else np.zeros(0, bool)
        learnt = np.flatnonzero(~kept_out)
        batches = ReidBatches(
            seed=self.seed,
            steps=self.optimisation.steps,
            size=ImageSize(width=self.width_px, height=self.height_px),
            sizes=self.sizes,
            sampling=self.sampling,
            augmentation=self.augmentation,
            drawn=Crops(drawn, np.arange(len(drawn)), drawn_targets),
            members=members,
            fellows=fellows_of(drawn.columns["outfit"], members),
            real=Crops(real, learnt, real_targets, _of_people(real, learnt)) if real else None,
        )
        n_classes = len(members) if self.weights.classes else 0
        trunk, n_features = self.trunk()
        network = ReidNetwork(trunk, n_features, n_dimensions=self.n_dimensions, n_identities=n_classes)
        validation = Validation(held_out, Crops(real, np.flatnonzero(kept_out), real_targets) if real else None)
        return ReidLearner(network, batches, self.weights, validation, self._about(drawn, real))

    def _targets(
        self, drawn: PictureBank, real: PictureBank | None, inference: Callable[[], Inference]
    ) -> tuple[Targets | None, Targets | None]:
        """What the teachers say about each bank's crops, in as many dimensions as the network has."""
        if not self.teachers:
            return None, None
        said = [
            combined([teacher_embeddings(bank, name, inference, told) for name in self.teachers])
            for bank in ([drawn, real] if real else [drawn])
        ]
        together = np.concatenate(said)
        if self.n_dimensions > together.shape[1]:
            raise Misconfigured(f"The teachers give {together.shape[1]} dimensions: n_dimensions can be no more than that.")
        directions = principal_directions(together, self.n_dimensions)
        named = [_named(bank) for bank in ([drawn, real] if real else [drawn])]
        agreed = [agreeing(projected(rows, directions), *who, self.agreement) for rows, who in zip(said, named, strict=True)]
        targets = [rows.astype(np.float16) for rows in agreed]
        return targets[0], targets[1] if real else None

    def _about(self, drawn: PictureBank, real: PictureBank | None) -> About:
        return about(self.named(), ImageSize(width=self.width_px, height=self.height_px), self.teachers, drawn, real)

    def named(self) -> str:
        """What the network is."""
        return f"OSNet x{self.width:g}" + (f", features of {self.stripes} stripes" if self.stripes > 1 else "")


@dataclass(frozen=True, slots=True)
class ResNetRecipe(ReidRecipe):
    """ResNet-50 with classes and triplets, as re-identification usually trains it; from random weights."""

    name: str = "reid-resnet50"
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=20_000, learning_rate=3.5e-4, warmup_steps=500, precision="bf16", channels_last=True, log_every=50
        )
    )
    n_dimensions: int = 512
    height_px: int = 256
    width_px: int = 128
    real: RealPlan | None = None
    teachers: tuple[str, ...] = ()
    sampling: Sampling = field(default_factory=lambda: Sampling(identities=16, shots=4, real=0))
    weights: LossWeights = field(default_factory=lambda: LossWeights(triplet=1.0, classes=1.0))

    def trunk(self) -> tuple[nn.Module, int]:
        network = ResNet50()
        return network, network.n_features

    def named(self) -> str:
        return "ResNet-50"


def _named(bank: PictureBank) -> tuple[Column, Column]:
    """Of each crop the person and the camera; where nobody is named, each crop is a person of its own."""
    people = bank.columns.get("identity", np.arange(len(bank)))
    return people, bank.columns.get("camera", np.zeros(len(bank), np.int64))


def _of_people(bank: PictureBank, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], ...]:
    """The rows by person, where people are named."""
    return tuple(rows[group] for group in grouped(bank.columns["identity"][rows])) if "identity" in bank.columns else ()


def told(text: str) -> None:
    """Banks take minutes: whoever waits is told."""
    Console(stderr=True).print(text, highlight=False, markup=False)
