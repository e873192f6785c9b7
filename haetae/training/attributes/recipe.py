"""The recipe of the built-in attribute network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.training.attributes.batches import AttributeBatches, RealColours
from haetae.training.attributes.colours import measured_colours
from haetae.training.attributes.layout import fully_seen, labels_of
from haetae.training.attributes.learner import AttributeLearner, HeldOut, Weights
from haetae.training.attributes.losses import value_shares, value_weights
from haetae.training.attributes.network import AttributeNetwork
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.fit import checkpoint
from haetae.training.learner import About
from haetae.training.recipe import Optimisation
from haetae.training.reid.about import drawn_people, real_people
from haetae.training.reid.augmentation import Augmentation
from haetae.training.reid.batches import Sizes
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.real_people import RealPlan, real_bank
from haetae.training.reid.recipe import BOX_TEACHERS, told
from haetae.training.reid.teachers import pulled
from haetae.training.workspace import Workspace

_LIMITS = (
    "Learnt from drawn people: on real ones, clothes, bags, helmets and vests are hints, gender and age band guesses from shape "
    "and clothes that must not decide anything. Glasses and hair need a person of 100 px or more; colours are those that "
    "the camera shows. An answer helps a person to search, it identifies nobody."
)


@dataclass(frozen=True, slots=True)
class AttributesRecipe:
    """All attributes of the vocabulary from crops of drawn people, colours also from real ones, whose clothes are measured.

    `trunk_from` is a finished re-identification run (its name in the workspace, or its folder) of the same width whose trunk this
    network starts with; None starts from random weights.
    """

    name: str = "attributes"
    seed: int = 2
    optimisation: Optimisation = field(
        default_factory=lambda: Optimisation(
            steps=2200, learning_rate=3e-3, warmup_steps=100, precision="bf16", channels_last=True, log_every=50
        )
    )
    trunk_from: Path | None = Path("reid")
    width: float = 0.25
    instance_norm: bool = False
    n_frozen: int = 0  # parts of the trunk, from the stem on, that are not trained any more
    height_px: int = 256
    width_px: int = 128
    sizes: Sizes = ()
    n_drawn: int = 56
    n_real: int = 8
    on_real: float = 0.5
    rarity: float = 0.3  # exponent of the weights of rare values
    crops: CropPlan = field(default_factory=lambda: CropPlan(0, 3200, 4, 4, 48, best=1))
    held_out: CropPlan = field(default_factory=lambda: CropPlan(1_000_000, 150, 8, 2, 12, first_camera=1_000_000, best=1))
    real: RealPlan | None = field(default_factory=RealPlan)
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(cut=0.0, coarse=0.12, jpeg=0.08, noise=0.012, erase=0.05, tint=0.03)
    )
    n_workers: int = 1

    def build(self, workspace: Workspace) -> AttributeLearner:
        drawn = crop_bank(self.crops, workspace.banks, told, self.n_workers)
        held_out = crop_bank(self.held_out, workspace.banks, told, self.n_workers)
        real = None
        if self.real is not None:
            real = real_bank(self.real, workspace.clips, workspace.banks, pulled(workspace, BOX_TEACHERS), told)
        learner = self.learner(drawn, held_out, real)
        if self.trunk_from is not None:
            _take_trunk(learner.network, workspace, self.trunk_from)
        return learner

    def learner(self, drawn: PictureBank, held_out: PictureBank, real: PictureBank | None) -> AttributeLearner:
        """On these banks, from random weights."""
        labels = labels_of(drawn)
        batches = AttributeBatches(
            seed=self.seed,
            steps=self.optimisation.steps,
            size=ImageSize(width=self.width_px, height=self.height_px),
            sizes=self.sizes,
            n_drawn=self.n_drawn,
            n_real=self.n_real,
            augmentation=self.augmentation,
            drawn=drawn,
            labels=labels,
            real=_colours(real, held_out=False) if real else None,
        )
        rows = np.flatnonzero(fully_seen(held_out))
        colours = _colours(real, held_out=True) if real else None
        whole = HeldOut(held_out, rows, labels_of(held_out), labels_of(held_out, hidden=True), colours)
        network = AttributeNetwork(self.width, instance_norm=self.instance_norm, n_frozen=self.n_frozen)
        weights = Weights(value_weights(labels, self.rarity), value_shares(labels), self.on_real)
        return AttributeLearner(network, batches, weights, whole, self._about(drawn, real))

    def _about(self, drawn: PictureBank, real: PictureBank | None) -> About:
        data = [
            drawn_people(drawn).replace("34-200 px tall", "as a tracklet's best shots are")
            if self.crops.best
            else drawn_people(drawn)
        ]
        if real is not None:
            data.append(real_people(real) + " Only the colours of their clothes were learnt, as measured from the pixels.")
        if self.trunk_from is not None:
            data.append("It started with the trunk of the re-identification network, whose card says who taught that.")
        return About(
            title=f"Haetae attributes: OSNet x{self.width:g} and a closer look at the head",
            purpose=(
                f"What a person looks like ({self.height_px} x {self.width_px} px, BGR): a probability for each value of each "
                "attribute of the vocabulary, 1 in all within an attribute."
            ),
            data="\n\n".join(data),
            limits=_LIMITS,
        )


def _colours(real: PictureBank, *, held_out: bool) -> RealColours:
    return RealColours(real, np.flatnonzero(real.columns["held_out"].astype(bool) == held_out), measured_colours(real))


def _take_trunk(network: nn.Module, workspace: Workspace, run: Path) -> None:
    """Fills the network's trunk with that of a run. Raises Misconfigured where there is none, or one of another width."""
    folder = run if run.is_dir() else workspace.runs / run
    file = folder / "checkpoint.pt"
    if not file.is_file():
        raise Misconfigured(f"There is no checkpoint of '{run}' to take a trunk from: `haetae train reid` makes one.")
    average: Mapping[str, Any] = checkpoint(file)["average"]
    trunk: dict[str, torch.Tensor] = {name: value for name, value in average.items() if name.startswith("trunk.")}
    try:
        missing = network.load_state_dict(trunk, strict=False)
    except RuntimeError as error:
        raise Misconfigured(f"The trunk of '{run}' does not fit: {error}") from None
    if missing.unexpected_keys or any(name.startswith("trunk.") for name in missing.missing_keys):
        raise Misconfigured(f"The trunk of '{run}' is another network.")
