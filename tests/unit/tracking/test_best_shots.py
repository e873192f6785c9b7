"""Which crops are kept."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.timing import to_us
from haetae.tracking.best_shots import BestShots, Shot, ShotRule, appearance_of, novelty
from tests.kit.builders import at, best_shot

CHOOSING = BestShots()


def shot(seconds: float, total: float, look: int = 0) -> Shot:
    """A shot of quality `total`; `look` is the grey of its thumbnail."""
    return Shot(best_shot(at(seconds), total=total), bytes([look]) * 96)


def kept(*shots: Shot) -> tuple[Shot, ...]:
    """What is kept after these came one after the other."""
    so_far: tuple[Shot, ...] = ()
    for one in shots:
        so_far = CHOOSING.with_new(so_far, one)
    return so_far


def test_first_shot_is_kept_however_bad() -> None:
    """A tracklet always has a best shot."""
    assert CHOOSING.wanted((), to_us(at(0)), 0.0)
    assert kept(shot(0, 0.01)) == (shot(0, 0.01),)


def test_best_comes_first_and_four_are_enough() -> None:
    """At most four shots, ordered by quality."""
    shots = kept(*(shot(i, 0.3 + 0.05 * i, look=40 * i) for i in range(7)))
    totals = [one.best.quality.total for one in shots]
    assert len(totals) == ShotRule().n
    assert totals == sorted(totals, reverse=True)


def test_shots_are_apart_in_time() -> None:
    """Of two shots within half a second only a clearly better one takes the other's place."""
    assert kept(shot(0, 0.5), shot(0.2, 0.55)) == (shot(0, 0.5),)
    assert kept(shot(0, 0.5), shot(0.2, 0.7)) == (shot(0.2, 0.7),)
    assert len(kept(shot(0, 0.5), shot(0.6, 0.5))) == 2


def test_poor_shots_do_not_fill_places() -> None:
    """A place stays free rather than going to a crop of less than half the best quality."""
    assert len(kept(shot(0, 0.8), shot(1, 0.3))) == 1


def test_a_new_look_wins_over_the_same_again() -> None:
    """With all places taken, a shot that looks unlike the others replaces one of several alike."""
    alike = [shot(i, 0.5) for i in range(4)]
    after = kept(*alike, shot(5, 0.7, look=200))
    assert shot(5, 0.7, look=200) in after
    assert len(after) == 4
    assert kept(*alike, shot(5, 0.55)) == kept(*alike)


def test_unwanted_promise_saves_the_work() -> None:
    """A crop that cannot be good enough is not asked for."""
    full = kept(*(shot(i, 0.6, look=60 * i) for i in range(4)))
    assert not CHOOSING.wanted(full, to_us(at(9)), 0.6)
    assert CHOOSING.wanted(full, to_us(at(9)), 0.8)


def test_appearance_tells_crops_apart() -> None:
    """A thumbnail is 96 bytes, the same for the same picture at another size, and unlike for another person."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (8, 4, 3), dtype=np.uint8)
    crop = np.repeat(np.repeat(coarse, 16, axis=0), 16, axis=1)
    larger = np.repeat(np.repeat(coarse, 32, axis=0), 32, axis=1)
    assert len(appearance_of(crop)) == 96
    assert novelty(appearance_of(crop), [appearance_of(larger)]) == pytest.approx(0, abs=0.05)
    assert novelty(appearance_of(crop), [appearance_of(255 - crop)]) > 0.6
    assert novelty(appearance_of(crop), []) == 1.0
    assert len(appearance_of(crop[:1, :1])) == 96
