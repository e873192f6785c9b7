"""Crops of real people out of clips: nobody knows who they are, but a teacher knows how alike they are.

Who walks on from frame to frame stays the same person: such a track, in one outfit after another, is many people of whom
several crops are known each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from haetae.domain.frame import Pixels
from haetae.inference.port import Inference
from haetae.training.detection.clips import CLIPS, ClipFrames, clip_frames
from haetae.training.detection.picture_bank import Picture, PictureBank, stored
from haetae.training.reid.framing import framed
from haetae.training.reid.recolouring import exchanged, recoloured
from haetae.training.reid.tracks import Corners, Place, Track, tracks_of

NEVER_SEEN = ("Retail02_short",)
"""Clips of the detector's that no re-identification or attribute recipe learns from: its people are their test."""

_VERSION = 2
_SMALLEST_PX = 34.0
_SHORTEST = 4  # crops of a track that is dressed anew
_FEWER_HELD_OUT = 6
_UPRIGHT = 1.1  # height over width from which clothes are where recolouring looks for them


@dataclass(frozen=True, slots=True)
class RealPlan:
    """What is made of each real crop: itself, `recoloured` copies, and some with their lower half `exchanged` for another's.

    `outfits` name people, which made it worse where each track stands before one background: the network learns the background.
    """

    recoloured: int = 5
    exchanged: int = 3
    seed: int = 11
    outfits: int = field(default=0, repr=False)  # in which each track is shown; half of them with the lower half of another track
    shots: int = field(default=12, repr=False)  # of each outfit


def real_bank(
    plan: RealPlan,
    clips: Path | None,
    banks: Path,
    inference: Callable[[], Inference],
    told: Callable[[str], None] = lambda _: None,
) -> PictureBank:
    """The crops of the clips' people, from disk or cut now.

    Columns: clip (as in CLIPS), held_out (its last sixth: not to be learnt from), made (0 as filmed, 1 recoloured, 2 exchanged);
    with outfits also identity: crops that share it show the same person in the same clothes.
    Raises Misconfigured where there are no clips.
    """
    frames = clip_frames(clips, banks, inference, told)
    source = (plan, _VERSION, NEVER_SEEN, frames.bank.folder.name)
    facts = repr(source) + (f" {plan.outfits} outfits, {plan.shots} shots" if plan.outfits else "")
    folder = banks / f"real-people-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        told("cutting real people out of clips")
        stored(folder, dressed(plan, frames) if plan.outfits else _rows(plan, frames))
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
                if _is_fit(box):
                    yield clip, framed(frame.pixels, box)


def dressed(plan: RealPlan, frames: ClipFrames) -> Iterator[tuple[Picture, Mapping[str, float]]]:
    """Every crop as filmed, then each track in `outfits` new outfits, `shots` crops of each: pictures and their columns."""
    n_identities = 0
    for held_out in (False, True):
        tracks = [track for clip in _clips() for track in _tracks(frames, clip, held_out=held_out)]
        for track in tracks:
            for place in track.places:
                facts = {"clip": track.clip, "held_out": held_out, "made": 0, "identity": n_identities}
                yield _crop(frames, place), facts
            n_identities += 1
        long = [track for track in tracks if len(track.places) >= _SHORTEST]
        for number, track in enumerate(long):
            for outfit in range(plan.outfits // _FEWER_HELD_OUT if held_out else plan.outfits):
                for pixels in _outfit(plan, frames, long, number, outfit):
                    facts = {"clip": track.clip, "held_out": held_out, "made": 1 + outfit % 2, "identity": n_identities}
                    yield pixels, facts
                n_identities += 1


def _outfit(plan: RealPlan, frames: ClipFrames, tracks: list[Track], number: int, outfit: int) -> Iterator[Pixels]:
    """Crops of one track in one outfit: each is recoloured by the same numbers."""
    seed = (plan.seed, tracks[number].clip, number, outfit)
    rng = np.random.default_rng(seed)
    below = tracks[int(rng.integers(len(tracks)))]
    for place in tracks[number].some(min(plan.shots, len(tracks[number].places)), rng):
        pixels = _crop(frames, place)
        if outfit % 2:
            pixels = exchanged(pixels, _crop(frames, below.some(1, rng)[0]))
        yield recoloured(pixels, np.random.default_rng((*seed, 1)))


def _clips() -> list[int]:
    return [clip for clip, name in enumerate(CLIPS) if name not in NEVER_SEEN]


def _tracks(frames: ClipFrames, clip: int, *, held_out: bool) -> list[Track]:
    indices = frames.of_clip(clip, held_out=held_out).tolist()
    return tracks_of(clip, [(i, [box for box in frames.frame(i).people if _is_fit(box)]) for i in indices])


def _crop(frames: ClipFrames, place: Place) -> Pixels:
    index, box = place
    return framed(frames.frame(index).pixels, box)


def _is_fit(box: Corners) -> bool:
    high, wide = float(box[3] - box[1]), float(box[2] - box[0])
    return high >= _SMALLEST_PX and high >= _UPRIGHT * wide
