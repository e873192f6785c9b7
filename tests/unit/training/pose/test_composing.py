from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.training.detection.picture_bank import stored
from haetae.training.pose.clip_people import ClipPeople
from haetae.training.pose.composing import Chances, backdrop, clip_example, drawn_example
from haetae.training.pose.sprite_bank import SpriteBank

PLAIN = Chances(turned_anyhow=0.0, hidden_below=0.0, with_another=0.0, border=0.0)
ALL = Chances(turned_anyhow=1.0, hidden_below=1.0, with_another=1.0, border=1.0)


@pytest.fixture(scope="module")
def sprites(tmp_path_factory: pytest.TempPathFactory) -> SpriteBank:
    """One white person of 40 x 120 pixels, all joints along the middle."""
    picture = np.full((120, 40, 4), 255, np.uint8)
    joints = np.stack([np.full(17, 20.0), np.linspace(4, 116, 17), np.full(17, 2.0)], axis=1).astype(np.float32)
    bank = stored(tmp_path_factory.mktemp("bank") / "sprites", [(picture, {"kind": 0})])
    return SpriteBank(bank, joints[None], np.array([0]))


def test_the_person_fills_the_square_as_a_box_would(sprites: SpriteBank) -> None:
    """The person has between half and all of the picture's height, and hardly a joint lies outside of it."""
    n_inside = 0
    for seed in range(20):
        example = drawn_example(np.random.default_rng(seed), sprites, None, PLAIN)
        inside = ((example.places > 0) & (example.places < 1)).all(axis=1)
        assert (example.weights[inside] == 1).all()
        assert 0.5 < np.linalg.norm(example.places[0] - example.places[16]) < 1.05
        n_inside += int(inside.sum())
    assert n_inside > 0.95 * 20 * 17


def test_what_hides_a_joint_lowers_its_weight(sprites: SpriteBank) -> None:
    """Behind others and things, or outside of the picture, joints still count, but less; the same seed gives the same example."""
    weights = [drawn_example(np.random.default_rng(seed), sprites, None, ALL).weights for seed in range(20)]
    assert 0.1 < np.mean([(each < 1).mean() for each in weights]) < 0.95
    one, again = (drawn_example(np.random.default_rng(3), sprites, None, ALL) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, again.pixels)
    np.testing.assert_array_equal(one.places, again.places)


def test_what_the_teacher_does_not_see_teaches_nothing(tmp_path: Path) -> None:
    """Sure joints count in full, doubtful ones less, the others not at all."""
    keypoints = np.zeros((1, 17, 3), np.float32)
    keypoints[0, :, :2], keypoints[0, :3, 2] = 100, (0.9, 0.3, 0.1)
    bank = stored(tmp_path / "people", [(np.zeros((200, 200, 3), np.uint8), {"held_out": 0.0})])
    people = ClipPeople(bank, np.array([[70, 40, 130, 160]], np.float32), keypoints)
    example = clip_example(np.random.default_rng(2), people, 0, Chances())
    assert sorted(example.weights, reverse=True)[:3] == pytest.approx([1.0, 0.4, 0.0])


def test_there_is_a_backdrop_without_any_picture() -> None:
    """Who has no clips trains on plain places."""
    assert backdrop(np.random.default_rng(0), None).shape == (128, 128, 3)
