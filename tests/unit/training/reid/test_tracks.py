"""Who walks on is the same person; in new clothes the same one is another."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from haetae.training.detection.clips import CLIPS, ClipFrames
from haetae.training.detection.picture_bank import PictureBank, stored
from haetae.training.reid.real_people import RealPlan, dressed
from haetae.training.reid.tracks import tracks_of

N_FRAMES = 12
SIZE = (60, 25)


def _box(left: float, top: float = 5.0) -> np.ndarray:
    return np.array([left, top, left + SIZE[1], top + SIZE[0]], np.float32)


def test_overlapping_boxes_are_one_track() -> None:
    """Two people who walk side by side stay two; who was away for long, or jumps, is somebody new."""
    walks = [(i, [_box(10 + 4 * i), _box(100 + 4 * i)]) for i in range(3)]
    tracks = tracks_of(1, [*walks, (3, []), (4, [_box(22)]), (5, []), (6, []), (7, []), (8, [_box(22)])])
    assert [[index for index, _ in track.places] for track in tracks] == [[0, 1, 2, 4], [0, 1, 2], [8]]
    assert len(tracks_of(1, [(0, [_box(0)]), (1, [_box(200)])])) == 2


def test_the_nearer_box_goes_on_with_the_track() -> None:
    """Where two boxes overlap a track, the one that overlaps it more takes it, and the other one begins its own."""
    tracks = tracks_of(1, [(0, [_box(50)]), (1, [_box(62), _box(52)])])
    assert [[box[0] for _, box in track.places] for track in tracks] == [[50, 52], [62]]


def test_a_track_in_another_outfit_is_another_person(tmp_path: Path) -> None:
    """Crops of one outfit share an identity and are recoloured alike; as filmed, the track has one of its own; and clips that
    nobody learns from give none."""
    rng = np.random.default_rng(0)
    person = rng.integers(0, 256, (*SIZE, 3), np.uint8)
    rows, boxes = [], []
    for clip in (0, 1):  # the first is never learnt from
        for i in range(N_FRAMES):
            frame = np.full((80, 160, 3), 128, np.uint8)
            frame[5:65, 10 + 4 * i : 35 + 4 * i] = person
            rows.append((frame, {"clip": clip, "held_out": float(i >= 6)}))
            boxes.append([*_box(10 + 4 * i), 1])
    assert next(iter(CLIPS)) == "Retail02_short"
    frames = ClipFrames(stored(tmp_path / "frames", rows), np.array(boxes, np.float32), np.arange(len(rows) + 1))
    bank = stored(tmp_path / "people", dressed(RealPlan(0, 0, outfits=6, shots=4), frames))
    assert set(bank.columns["clip"]) == {1}
    filmed, held_out = bank.columns["made"] == 0, bank.columns["held_out"] == 1
    assert filmed.sum() == N_FRAMES
    assert len(set(bank.columns["identity"][~held_out])) == 1 + 6
    assert not set(bank.columns["identity"][held_out]) & set(bank.columns["identity"][~held_out])
    outfits = _mean_colours(bank, ~held_out & ~filmed)
    assert max(spread for _, spread in outfits) < 3  # one outfit's crops are alike ...
    means = np.array([mean for mean, _ in outfits])
    apart = np.abs(means[:, None] - means[None]).max(axis=2)[~np.eye(len(means), dtype=bool)]
    assert apart.max() > 15  # ... and outfits are not


def _mean_colours(bank: PictureBank, rows: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Of each identity the mean colour of its crops, and how far a crop is from it."""
    found = []
    for identity in np.unique(bank.columns["identity"][rows]):
        own = np.flatnonzero(rows & (bank.columns["identity"] == identity))
        colours = np.array([bank.picture(i)[40:150, 30:66].mean(axis=(0, 1)) for i in own.tolist()])
        found.append((colours.mean(axis=0), float(np.abs(colours - colours.mean(axis=0)).max())))
    return found
