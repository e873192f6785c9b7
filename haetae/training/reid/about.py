"""What a card says about an embedding network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.training.detection.clips import CLIPS
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.learner import About
from haetae.training.reid.real_people import NEVER_SEEN

_LIMITS = (
    "Appearance only: people in the same clothes are told apart badly, and who changes clothes is not found. Weaker than "
    "the networks that taught it (`haetae models pull`), above all across real cameras in different light, of which its training "
    "had none. Not measured on public sets. An answer is a hint for a person to check, never an identification."
)


def about(network: str, size: ImageSize, teachers: Sequence[str], drawn: PictureBank, real: PictureBank | None) -> About:
    """Purpose, data, limits and whose knowledge is in it."""
    data = [drawn_people(drawn)]
    if real is not None:
        data.append(real_people(real))
    if teachers:
        data.append(taught(teachers))
    return About(
        title=f"Haetae re-identification: {network}",
        purpose=f"The embedding of a person's crop ({size.height} x {size.width} px, BGR); only its direction counts.",
        data="\n\n".join(data),
        limits=_LIMITS,
    )


def drawn_people(bank: PictureBank) -> str:
    """A bank of drawn crops in a sentence."""
    n_identities, n_cameras = (len(np.unique(bank.columns[name])) for name in ("identity", "camera"))
    return (
        f"{len(bank):,} crops, 34-200 px tall, of {n_identities:,} drawn people before {n_cameras} simulated cameras, some "
        "of them in one another's clothes, hidden in part, cut, blurred, compressed."
    )


def real_people(bank: PictureBank) -> str:
    """A bank of real crops in a sentence or two."""
    n_filmed = int((bank.columns["made"] == 0).sum())
    clips = ", ".join(name for name in CLIPS if name not in NEVER_SEEN)
    return (
        f"{n_filmed:,} unlabelled crops of real people from the clips {clips} (the last sixth of each only validates), and "
        f"{len(bank) - n_filmed:,} made of them by changing colours and exchanging halves. Nothing was learnt from "
        f"{', '.join(NEVER_SEEN)} or the test clips."
    )


def taught(teachers: Sequence[str]) -> str:
    """Where the knowledge of real people comes from."""
    return (
        f"Taught by {' and '.join(teachers)} (Open Model Zoo; weights under Apache-2.0), which were trained on pictures of real "
        "people under terms of their own. This network learnt to agree with their outputs and holds none of their weights."
    )
