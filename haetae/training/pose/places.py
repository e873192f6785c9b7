"""Pictures with nobody in them: drawn scenes, plain grounds, and pieces of clips."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import cv2
import numpy as np

from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing.banks import grounds, scenes
from haetae.training.detection.labels import shares_within
from haetae.training.detection.picture_bank import Picture, PictureBank, stored

_VERSION = 2
_PIECE_PX = 208
_TOUCHED = 0.1  # of a person's box, at most
_FIRST_SCENE = 400_000


def empty_places(banks: Path, frames: ClipFrames | None, seed: int, n_scenes: int, n_pieces: int) -> PictureBank:
    """`n_scenes` drawn scenes (some tenths of a second each), half as many grounds, and up to `n_pieces` of the clips' training
    part that touch nobody; from the bank or made now."""
    facts = repr((_VERSION, frames.bank.folder.name if frames else None, seed, n_scenes, n_pieces))
    folder = banks / f"pose-places-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    if folder.is_dir():
        return PictureBank.opened(folder)
    drawn = chain(scenes(range(_FIRST_SCENE, _FIRST_SCENE + n_scenes)), grounds(seed, n_scenes // 2))
    rows = chain(drawn, _pieces(frames, n_pieces, seed) if frames else ())
    return stored(folder, ((picture, {}) for picture, _ in rows))


def _pieces(frames: ClipFrames, at_most: int, seed: int) -> Iterator[tuple[Picture, Mapping[str, float]]]:
    rng = np.random.default_rng(seed)
    training = np.flatnonzero(~np.asarray(frames.bank.columns["held_out"], dtype=np.bool_))
    for _ in range(at_most):
        frame = frames.frame(int(rng.choice(training)))
        height, width = frame.pixels.shape[:2]
        side = int(rng.uniform(0.2, 0.7) * min(height, width))
        x, y = int(rng.integers(0, width - side)), int(rng.integers(0, height - side))
        here = np.array([[x, y, x + side, y + side]], np.float32)
        if shares_within(frame.boxes, here).max(initial=0.0) < _TOUCHED:
            shown = min(side, _PIECE_PX)
            piece = cv2.resize(frame.pixels[y : y + side, x : x + side], (shown, shown), interpolation=cv2.INTER_AREA)
            yield np.asarray(piece, dtype=np.uint8), {}
