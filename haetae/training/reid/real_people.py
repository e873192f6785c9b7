"""Crops of real people out of clips: nobody knows who they are, but a teacher knows how alike they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from haetae.domain.frame import Pixels
from haetae.inference.port import Inference
from haetae.training.detection.clips import CLIPS, ClipFrames, clip_frames
from haetae.training.detection.picture_bank import Picture, PictureBank, stored
from haetae.training.reid.framing import framed
from haetae.training.reid.recolouring import exchanged, recoloured

NEVER_SEEN = ("Retail02_short",)
"""Clips of the detector's that no re-identification or attribute recipe learns from: its people are their test."""

_VERSION = 2
_SMALLEST_PX = 34.0
_UPRIGHT = 1.1  # height over width from which clothes are where recolouring looks for them


@dataclass(frozen=True, slots=True)
class RealPlan:
    """What is made of each real crop: itself, `recoloured` copies, and some with their lower half `exchanged` for another's."""

    recoloured: int = 5
    exchanged: int = 3
    seed: int = 11


def real_bank(
    plan: RealPlan,
    clips: Path | None,
    banks: Path,
    inference: Callable[[], Inference],
    told: Callable[[str], None] = lambda _: None,
) -> PictureBank:
    """The crops of the clips' people, from disk or cut now.

    Columns: clip (as in CLIPS), held_out (its last sixth: not to be learnt from), made (0 as filmed, 1 recoloured, 2 exchanged).
    Raises Misconfigured where there are no clips.
    """
    frames = clip_frames(clips, banks, inference, told)
    source = (plan, _VERSION, NEVER_SEEN, frames.bank.folder.name)
    folder = banks / f"real-people-{hashlib.sha256(repr(source).encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        told("cutting real people out of clips")
        stored(folder, _rows(plan, frames))
    return PictureBank.opened(folder)


def _rows(plan: RealPlan, frames: ClipFrames) -> Iterator[tuple[Picture, Mapping[str, float]]]:
    rng = np.random.default_rng(plan.seed)
    for held_out in (False, True):
        people = list(_people(frames, held_out=held_out))
        for clip, crop in people:
            facts = {"clip": clip, "held_out": held_out}
            yield crop, {**facts, "made": 0}
            for _ in range(plan.recoloured):
                yield recoloured(crop, rng), {**facts, "made": 1}
            for _ in range(plan.exchanged):
                _, other = people[int(rng.integers(len(people)))]
                yield recoloured(exchanged(crop, other), rng), {**facts, "made": 2}


def _people(frames: ClipFrames, *, held_out: bool) -> Iterator[tuple[int, Pixels]]:
    for clip, name in enumerate(CLIPS):
        if name in NEVER_SEEN:
            continue
        for index in frames.of_clip(clip, held_out=held_out).tolist():
            frame = frames.frame(index)
            for box in frame.people:
                high, wide = float(box[3] - box[1]), float(box[2] - box[0])
                if high >= _SMALLEST_PX and high >= _UPRIGHT * wide:
                    yield clip, framed(frame.pixels, box)
