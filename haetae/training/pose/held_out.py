"""People that no recipe learns from, drawn and real, and the figures of a network on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.postures import PostureKind
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.pose.clip_people import ClipPeople
from haetae.training.pose.composing import Chances, drawn_example
from haetae.training.pose.crops import Pixels, cut, mapped, square_map
from haetae.training.pose.figures import Floats, correct, height_of_head, separation
from haetae.training.pose.network import SIDE_PX
from haetae.training.pose.sprite_bank import KINDS, SpriteBank

Reading = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""(n, 128, 128, 3) BGR -> (n, 17, 3): x, y in 0-1 of the picture, score."""

UPRIGHT = (PostureKind.WALK, PostureKind.RUN, PostureKind.STAND)
_LOW = (PostureKind.BEND, PostureKind.CROUCH, PostureKind.SIT)
_AS_THEY_ARE = Chances(turned_anyhow=0.0, hidden_below=0.0, with_another=0.3, border=0.0)
_CONFIDENT = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures (n, 128, 128, 3), true places (n, 17, 2), which joints count (n, 17), and posture kinds (n,) or none."""

    pictures: Pixels
    places: NDArray[np.float32]
    counts: NDArray[np.bool_]
    kinds: NDArray[np.int64]


def drawn_people(sprites: SpriteBank, places: PictureBank | None, seed: int, at_most: int = 600) -> Shown:
    """Held-out drawn people as a detector would cut them, on places; their seen joints count."""
    indices = np.linspace(0, len(sprites) - 1, min(at_most, len(sprites))).astype(int)
    examples = [drawn_example(np.random.default_rng((seed, i)), sprites, places, _AS_THEY_ARE, int(i)) for i in indices]
    return Shown(
        np.stack([example.pixels for example in examples]),
        np.stack([example.places for example in examples]),
        np.stack([example.weights == 1.0 for example in examples]),
        sprites.kinds[indices],
    )


def real_people(people: ClipPeople, turned: float = 0.0) -> Shown:
    """Held-out real people, the whole picture turned by so many degrees; joints that the teacher saw for sure upright count."""
    pictures, places, counts = [], [], []
    for index in np.flatnonzero(people.held_out):
        box = people.boxes[index]
        centre = (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
        to_cut = square_map(centre, 1.24 * float(max(box[2] - box[0], box[3] - box[1])), SIDE_PX, turned=turned)
        joints = mapped(people.keypoints[index], to_cut)
        pictures.append(cut(people.pictures.picture(int(index)), to_cut, SIDE_PX))
        places.append(joints[:, :2] / SIDE_PX)
        counts.append(joints[:, 2] >= _CONFIDENT)
    return Shown(np.stack(pictures), np.stack(places), np.stack(counts), np.full(len(pictures), -1))


def figures_of(read: Reading, drawn: Shown, real: Mapping[str, Shown]) -> dict[str, float]:
    """PCK@.2 by posture, how well the height of the head tells lying from upright people, and agreement on real people."""
    found = read(drawn.pictures)
    told = {
        "pck_upright": _pck(found, drawn, UPRIGHT),
        "pck_low": _pck(found, drawn, _LOW),
        "pck_lying": _pck(found, drawn, (PostureKind.LIE,)),
        "pck_falling": _pck(found, drawn, (PostureKind.FALL,)),
        "fall_separation": _fall_separation(found.astype(np.float64), drawn),
        "fall_separation_of_truth": _fall_separation(drawn.places.astype(np.float64), drawn),
    }
    for name, shown in real.items():
        told[f"agreement_{name}"] = _share(correct(_floats(read(shown.pictures)), _floats(shown.places)), shown.counts)
    return told


def _pck(found: NDArray[np.float32], shown: Shown, kinds: Sequence[PostureKind]) -> float:
    rows = np.isin(shown.kinds, [KINDS.index(kind) for kind in kinds])
    return _share(correct(_floats(found[rows]), _floats(shown.places[rows])), shown.counts[rows])


def _fall_separation(places: Floats, shown: Shown) -> float:
    heights = height_of_head(places)
    lying, upright = (np.isin(shown.kinds, [KINDS.index(k) for k in kinds]) for kinds in ((PostureKind.LIE,), UPRIGHT))
    return separation(heights[lying], heights[upright])


def _share(right: NDArray[np.bool_], counts: NDArray[np.bool_]) -> float:
    return float(right[counts].mean()) if counts.any() else float("nan")


def _floats(points: NDArray[np.float32]) -> Floats:
    return points.astype(np.float64)
