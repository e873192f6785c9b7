"""Crops: how they are kept, moved, recoloured and put into batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.reid.augmentation import Augmentation, augmented, erased, straight
from haetae.training.reid.batches import Crops, ReidBatches, Sampling, fellows_of, grouped, size_at
from haetae.training.reid.framing import KEPT, framed, inner
from haetae.training.reid.recolouring import exchanged, recoloured
from haetae.training.reid.teachers import agreeing, combined, principal_directions, projected

SMALL = ImageSize(width=32, height=64)
UNCHANGED = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def _picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (KEPT.height, KEPT.width, 3), dtype=np.uint8)


def test_a_kept_crop_has_the_box_in_its_middle() -> None:
    """What lies in the box fills the inner part of the kept crop; what lies around it, the margin."""
    frame = np.zeros((300, 300, 3), np.uint8)
    frame[100:200, 120:170] = 255
    kept = framed(frame, (120, 100, 170, 200))
    assert kept.shape == (KEPT.height, KEPT.width, 3)
    assert inner(kept)[3:-3, 3:-3].min() > 250
    assert kept[:8].max() < 5
    assert kept[:, :4].max() < 5


def test_large_and_small_people_are_kept_alike() -> None:
    """The same scene three times as large gives the same kept crop, up to sampling."""
    small = np.zeros((120, 120, 3), np.uint8)
    small[20:100, 40:80] = (40, 120, 200)
    large = np.kron(small, np.ones((6, 6, 1), np.uint8))
    one, other = framed(small, (40, 20, 80, 100)), framed(large, (240, 120, 480, 600))
    assert np.abs(one.astype(int) - other.astype(int)).mean() < 3


def test_no_augmentation_is_the_box_as_services_cut_it() -> None:
    """With all strengths at 0 the augmented crop is the straight one."""
    kept = _picture()
    changed = augmented(kept, UNCHANGED, SMALL, np.random.default_rng(0))
    assert np.abs(changed.astype(int) - straight(kept, SMALL).astype(int)).max() <= 1


def test_augmentation_is_the_generators_alone() -> None:
    """The same generator state gives the same pixels, another one others; the kept crop is not changed."""
    kept = _picture()
    before = kept.copy()
    one, same, other = (augmented(kept, Augmentation(), SMALL, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (64, 32, 3)
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.array_equal(kept, before)


def test_erasing_covers_parts_of_as_many_as_chance_says() -> None:
    """With a chance of 1 every image is covered in part and none in whole; with 0 none."""
    images = [np.full((64, 32, 3), 7 * i, np.uint8) for i in range(8)]
    untouched = [image.copy() for image in images]
    erased(images, 0.0, np.random.default_rng(0))
    assert all(np.array_equal(a, b) for a, b in zip(images, untouched, strict=True))
    erased(images, 1.0, np.random.default_rng(0))
    changed = [float((a != b).any(axis=2).mean()) for a, b in zip(images, untouched, strict=True)]
    assert sum(share > 0 for share in changed) >= 5
    assert max(changed) < 0.5


def test_recolouring_leaves_head_and_edges_alone() -> None:
    """Colours change where clothes are; the top rows and the sides keep theirs."""
    kept = np.full((KEPT.height, KEPT.width, 3), (90, 110, 140), np.uint8)
    changes = [np.abs(recoloured(kept, np.random.default_rng(i)).astype(int) - kept.astype(int)).max(axis=2) for i in range(6)]
    assert max(change[60:90, 36:60].mean() for change in changes) > 15
    assert max(change[:15].max() for change in changes) <= 3
    assert max(change[:, :3].max() for change in changes) <= 3


def test_exchanged_outfits_meet_at_the_waist() -> None:
    """The upper half is one's, the lower half the other's."""
    black, white = np.zeros((KEPT.height, KEPT.width, 3), np.uint8), np.full((KEPT.height, KEPT.width, 3), 255, np.uint8)
    both = exchanged(black, white)
    assert both[:80].max() < 5
    assert both[112:].min() > 250


def test_two_teachers_agree_on_average() -> None:
    """Cosines of combined embeddings are the means of the teachers' cosines; full projection keeps them."""
    rng = np.random.default_rng(3)
    one, other = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in rng.normal(size=(2, 9, 5)).astype(np.float32))
    both = combined([one, other])
    assert both @ both.T == pytest.approx((one @ one.T + other @ other.T) / 2, abs=1e-5)
    whole = projected(both, principal_directions(both, 9))
    assert whole @ whole.T == pytest.approx(both @ both.T, abs=1e-4)


def test_what_teachers_say_of_one_person_is_drawn_together() -> None:
    """Halfway to the mean over cameras, each camera counted once; at 0 nothing moves, at 1 a person is one direction."""
    rows = np.eye(4, dtype=np.float32)[[0, 0, 1, 2, 3]]
    people, cameras = np.array([7, 7, 7, 8, 9]), np.array([0, 0, 1, 0, 0])
    assert np.array_equal(agreeing(rows, people, cameras, 0.0), rows)
    together = agreeing(rows, people, cameras, 1.0)
    assert np.allclose(together[:3], [[0.5**0.5, 0.5**0.5, 0, 0]] * 3, atol=1e-6)  # the camera with two crops weighs no more
    half = agreeing(rows, people, cameras, 0.5)
    assert np.allclose(np.linalg.norm(half, axis=1), 1, atol=1e-6)
    assert half[0, 0] > half[0, 1] > 0
    assert np.array_equal(half[3:], rows[3:])


def test_people_who_are_known_come_together() -> None:
    """Where real people are known, several shots of one are drawn; without names, any of the rows that may be learnt."""
    bank = PictureBank(Path("nowhere"), np.zeros((9, 4), np.int64), {}, np.zeros(0, np.uint8))
    named = Crops(bank, np.arange(6), people=(np.array([0, 1, 2]), np.array([3, 4, 5])))
    chosen = named.some(4, 2, np.random.default_rng(1))
    assert len(chosen) == 4
    assert [a // 3 == b // 3 and a != b for a, b in chosen.reshape(2, 2).tolist()] == [True, True]
    assert set(Crops(bank, np.array([4, 8])).some(50, 2, np.random.default_rng(1)).tolist()) == {4, 8}


def test_rows_are_grouped_by_identity_and_outfit() -> None:
    """Classes follow the identities' order; those in the same outfit know one another, nobody is a fellow of themselves."""
    members = grouped(np.array([5, 3, 5, 9, 3]))
    assert [rows.tolist() for rows in members] == [[1, 4], [0, 2], [3]]
    fellows = fellows_of(np.array([7, 7, 7, 8, 7]), members)
    assert [list(each) for each in fellows] == [[1], [0], []]


def test_sizes_grow_with_the_steps() -> None:
    """Half the size, three quarters, then all of it."""
    sizes = ((0.4, 0.5), (0.8, 0.75))
    full = ImageSize(width=64, height=128)
    assert [size_at(step, 10, sizes, full).height for step in (0, 3, 4, 7, 8, 9)] == [64, 64, 96, 96, 128, 128]


def _bank(n: int) -> PictureBank:
    """Pictures in memory, as a bank has them."""
    rows = np.array([(i * KEPT.height * KEPT.width * 3, KEPT.height, KEPT.width, 3) for i in range(n)], np.int64)
    return PictureBank(Path("nowhere"), rows, {}, np.concatenate([_picture(i).ravel() for i in range(n)]))


def test_a_batch_is_a_function_of_its_step() -> None:
    """Two askings give equal batches: the shots of each identity, then the real crops, with their targets."""
    members = grouped(np.repeat(np.arange(6), 3))
    targets = np.eye(18, dtype=np.float16)
    batches = ReidBatches(
        seed=1,
        steps=10,
        size=SMALL,
        sizes=(),
        sampling=Sampling(identities=4, shots=2, real=3, look_alikes=1.0),
        augmentation=Augmentation(),
        drawn=Crops(_bank(18), np.arange(18), targets),
        members=members,
        fellows=fellows_of(np.repeat([0, 0, 1, 2, 3, 4], 3), members),
        real=Crops(_bank(5), np.array([1, 2, 4]), np.ones((5, 18), np.float16)),
    )
    one, same = batches.batch(3), batches.batch(3)
    assert all((one[name] == same[name]).all() for name in one)
    assert one["images"].shape == (11, 3, 64, 32)
    assert one["identities"].shape == (8,)
    drawn = one["targets"][:8].argmax(dim=1)
    assert (drawn // 3 == one["identities"]).all()
    assert (one["targets"][8:] == 1).all()
    classes = [set(batches.batch(step)["identities"].tolist()) for step in range(12)]
    with_either = [each for each in classes if {0, 1} & each]
    assert sum({0, 1} <= each for each in with_either) > 0.7 * len(with_either)  # the last place may part them
