"""Drawn people with their key points, drawn once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.sprite import sprite
from haetae.simulator.people.figure import figure
from haetae.simulator.people.identity import identity
from haetae.simulator.people.postures import PostureKind, any_posture, style_of
from haetae.training.detection.picture_bank import Picture, PictureBank, stored

_VERSION = 2
KINDS = tuple(PostureKind)
_SHARES: Mapping[PostureKind, float] = {
    PostureKind.WALK: 0.26,
    PostureKind.RUN: 0.05,
    PostureKind.STAND: 0.15,
    PostureKind.BEND: 0.09,
    PostureKind.CROUCH: 0.08,
    PostureKind.SIT: 0.12,
    PostureKind.LIE: 0.18,
    PostureKind.FALL: 0.07,
}
_WORKERS = 0.1
_HEIGHT_PX = (60.0, 200.0)  # of a standing person


@dataclass(frozen=True, slots=True)
class SpriteBank:
    """Cut-out people: pictures BGRA; `keypoints` (n, 17, 3) float32 pixels of the picture with visibility 0, 1, 2; `kinds` (n,)
    indices of KINDS."""

    pictures: PictureBank
    keypoints: NDArray[np.float32]
    kinds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pictures)


def sprite_bank(
    banks: Path, first_identity: int, n_identities: int, n_each: int, progress: Callable[[str], None] = lambda _: None
) -> SpriteBank:
    """`n_each` pictures of each identity, from the bank or drawn now (about 20 ms each)."""
    facts = repr((_VERSION, first_identity, n_identities, n_each, _HEIGHT_PX, sorted(_SHARES.items())))
    folder = banks / f"pose-sprites-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    beside = folder.with_suffix(".keypoints.npy")
    if not (folder.is_dir() and beside.is_file()):
        keypoints: list[NDArray[np.float32]] = []

        def rows() -> Iterator[tuple[Picture, Mapping[str, float]]]:
            for seed in range(first_identity, first_identity + n_identities):
                if (seed - first_identity) % 25 == 0:
                    progress(f"drawing person {seed - first_identity} of {n_identities}")
                for picture, points, kind in drawn(seed, n_each):
                    keypoints.append(points)
                    yield picture, {"kind": KINDS.index(kind)}

        stored(folder, rows())
        np.save(beside, np.stack(keypoints))
    pictures = PictureBank.opened(folder)
    return SpriteBank(pictures, np.load(beside), np.asarray(pictures.columns["kind"], dtype=np.int64))


def drawn(seed: int, n: int) -> Iterator[tuple[Picture, NDArray[np.float32], PostureKind]]:
    """Up to `n` pictures (h, w, 4) of one identity in postures of all kinds, with key points (17, 3)."""
    rng = np.random.default_rng((seed, 17))
    who = identity(seed, worker=bool(rng.random() < _WORKERS))
    body, style = figure(who, levels=(0.020,)), style_of(who)
    shares = np.array([_SHARES[kind] for kind in KINDS])
    for _ in range(n):
        kind = KINDS[int(rng.choice(len(KINDS), p=shares / shares.sum()))]
        one = sprite(body, any_posture(rng, kind, style), rng, height_px=float(rng.uniform(*_HEIGHT_PX)))
        if one is not None and min(one.bgra.shape[:2]) >= 12:
            yield one.bgra, one.keypoints.astype(np.float32), kind
