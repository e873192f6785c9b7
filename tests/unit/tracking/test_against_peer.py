"""Our tracker beside a published one on the same detections."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean

import pytest

from tests.kit.mot_scores import MotScores, mot_scores
from tests.kit.walking_scenes import trials
from tests.unit.tracking.following import follow

PEER = json.loads((Path(__file__).parent / "peer_figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours() -> dict[str, MotScores]:
    """The scores of our tracker by scene."""
    return {
        name: mot_scores({i: frame.truth for i, frame in enumerate(frames)}, follow(frames).boxes) for name, _, frames in trials()
    }


def test_follows_as_well_as_byte_track(ours: dict[str, MotScores]) -> None:
    """Over crossings, processions and crowds at 5 and 25 frames a second, with lost frames, IDF1 and MOTA are no worse than those
    of the peer's ByteTrack and OC-SORT."""
    assert set(ours) == set(PEER), "the scenes changed: run write_peer_figures.py"
    for peer in ("ByteTrack", "OC-SORT"):
        assert mean(s.idf1 for s in ours.values()) >= mean(f[peer]["idf1"] for f in PEER.values())
        assert mean(s.mota for s in ours.values()) >= mean(f[peer]["mota"] for f in PEER.values())


def test_no_single_scene_is_followed_badly(ours: dict[str, MotScores]) -> None:
    """Nobody pays for the average: in each scene IDF1 is within .06 of the peer's ByteTrack."""
    for name, scores in ours.items():
        assert scores.idf1 >= PEER[name]["ByteTrack"]["idf1"] - 0.06, name
