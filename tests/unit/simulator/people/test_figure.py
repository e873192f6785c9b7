"""Figures: closed meshes that keep their shape, their height and their key points in every posture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from haetae.domain.pose import Keypoint
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.identity import identity
from haetae.simulator.people.mesh import Material
from haetae.simulator.people.postures import (
    LyingKind,
    Place,
    PostureKind,
    any_posture,
    falling,
    lying,
    standing,
    style_of,
    walking,
)

CELL_M = 0.03


@pytest.fixture(scope="module")
def adult() -> Figure:
    return figure(identity(10, age_band="young_adult"), levels=(CELL_M, 0.05))


def test_a_figure_is_a_function_of_its_identity(adult: Figure) -> None:
    """Built twice, the same vertices and colours."""
    again = figure(adult.identity, levels=(CELL_M,))
    assert np.array_equal(again.meshes[0].vertices, adult.meshes[0].vertices)
    assert np.array_equal(again.meshes[0].colours, adult.meshes[0].colours)


def test_meshes_are_sound(adult: Figure) -> None:
    """Weights sum to 1, triangles face outwards, the far mesh has less than half of the near one's."""
    near, far = adult.meshes
    assert np.allclose(near.bone_weights.sum(1), 1, atol=1e-5)
    corners = near.vertices[near.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outwards = (faces * near.normals[near.triangles[:, 0]]).sum(1) > 0
    assert outwards.mean() > 0.98
    assert len(far.triangles) < 0.5 * len(near.triangles)


def test_the_far_need_no_fine_mesh(adult: Figure) -> None:
    """Smaller people are drawn from coarser meshes, as far as there are any."""
    assert [adult.level_for(height) for height in (300.0, 100.0, 40.0)] == [0, 1, 1]


@pytest.mark.parametrize("band", ["child", "young_adult", "old"])
def test_people_are_as_tall_as_they_are(band: str) -> None:
    """Standing straight, the crown is at the stature, give or take hair, hat and soles."""
    who = replace(identity(4, age_band=band), headgear=None)
    style = replace(style_of(who), stoop=0.0, knees=0.0, lean=0.0)
    top = figure(who, levels=(CELL_M,)).posed(standing(0.0, style), Place()).vertices[:, 2].max()
    assert who.stature_m - 0.04 < top < who.stature_m + 0.06


def test_children_have_larger_heads_for_their_size() -> None:
    """The head of a small child is a larger share of the stature than a grown person's."""

    def share(band: str) -> float:
        made = figure(replace(identity(4, age_band=band), headgear=None), levels=(CELL_M,))
        eyes, crown = made.points[Keypoint.LEFT_EYE, 2], made.meshes[0].vertices[:, 2].max()
        return float((crown - eyes) / crown)

    assert share("child") > 1.10 * share("young_adult")


@pytest.mark.parametrize("kind", list(PostureKind))
def test_every_posture_stands_or_lies_on_the_floor(adult: Figure, kind: PostureKind) -> None:
    """Nothing is below the floor, something touches it (a runner may fly), and key points lie within the body."""
    style = style_of(adult.identity)
    for seed in range(4):
        posed = adult.posed(any_posture(np.random.default_rng(seed), kind, style), Place(2.0, -1.0, 30.0))
        low = float(posed.vertices[:, 2].min())
        assert 0 <= low < (0.05 if kind == PostureKind.RUN else 1e-3)
        gaps = np.linalg.norm(posed.vertices[None] - posed.keypoints[:, None], axis=2).min(1)
        assert gaps.max() < 0.20
        assert np.allclose(np.linalg.norm(posed.normals, axis=1), 1, atol=1e-3)


def test_heading_and_place_move_the_person(adult: Figure) -> None:
    """Turned by 90 degrees at another place, the same person looks along +y there."""
    posture = standing(0.0, style_of(adult.identity))
    here, there = adult.posed(posture, Place()), adult.posed(posture, Place(3.0, 1.0, 90.0))
    x, y, z = here.keypoints.T
    assert np.allclose(there.keypoints, np.stack([3.0 - y, 1.0 + x, z], 1), atol=1e-3)


def test_left_is_left(adult: Figure) -> None:
    """Looking along +x, the left side has the greater y."""
    points = adult.posed(standing(0.0, style_of(adult.identity)), Place()).keypoints
    for left, right in ((Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER), (Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE)):
        assert points[left, 1] > points[right, 1] + 0.1


@pytest.mark.parametrize("kind", list(LyingKind))
def test_the_lying_lie(adult: Figure, kind: LyingKind) -> None:
    """Head and hips are near the floor."""
    posed = adult.posed(lying(kind, np.random.default_rng(1)), Place())
    assert posed.keypoints[[Keypoint.NOSE, Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP], 2].max() < 0.5


@pytest.mark.parametrize("kind", list(LyingKind))
def test_a_fall_is_continuous_and_ends_low(adult: Figure, kind: LyingKind) -> None:
    """From walking to lying no key point jumps: at 50 moments none moves by more than 0.16 m."""
    start, end = walking(0.2, style_of(adult.identity)), lying(kind, np.random.default_rng(3))
    path = np.stack([adult.posed(falling(step / 50, start, end), Place(), 1).keypoints for step in range(51)])
    assert np.linalg.norm(np.diff(path, axis=0), axis=2).max() < 0.16
    assert path[0, Keypoint.NOSE, 2] > 1.2
    assert path[-1, Keypoint.NOSE, 2] < 0.5


def test_a_bag_in_the_hand_hangs_and_never_lifts_its_owner() -> None:
    """A tote hangs straight down beside a walker, and lies on the floor beside somebody who lies."""
    who = next(person for person in map(identity, range(300)) if person.bag is not None and person.bag.kind == "tote")
    made = figure(who, levels=(CELL_M,))
    carried = made.meshes[0].material == Material.BAG
    style = style_of(who)
    hand = Keypoint.LEFT_WRIST if style.left_busy else Keypoint.RIGHT_WRIST
    walker = made.posed(walking(0.3, style), Place())
    assert walker.vertices[carried, 2].max() < walker.keypoints[hand, 2] + 0.02
    assert np.abs(walker.vertices[carried, :2].mean(0) - walker.keypoints[hand, :2]).max() < 0.15
    flat = made.posed(lying(LyingKind.SUPINE, np.random.default_rng(0)), Place())
    assert flat.vertices[carried, 2].min() >= 0
    assert flat.keypoints[Keypoint.LEFT_HIP, 2] < 0.3


def test_safety_wear_is_recognisable() -> None:
    """A worker's figure has a hard shell above the eyes and silver bands on a bright vest."""
    seeds = (seed for seed in range(20) if (w := identity(seed, worker=True)).headgear and w.outerwear)
    made = figure(identity(next(seeds), worker=True), levels=(0.02,))
    mesh = made.meshes[0]
    shell, bands, vest = (mesh.material == kind for kind in (Material.HARD_SHELL, Material.REFLECTIVE, Material.FLUORESCENT))
    assert mesh.vertices[shell, 2].min() > made.points[Keypoint.NOSE, 2]
    assert 0.1 < bands.sum() / vest.sum() < 1.2
    assert mesh.colours[bands].mean() > 0.5
