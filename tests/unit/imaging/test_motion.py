from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from haetae.imaging.motion import Luma, MotionGate

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATE_HZ = 15


@pytest.fixture
def street() -> np.ndarray:
    """A textured still scene, (90, 160) float."""
    random = np.random.default_rng(3)
    coarse = random.uniform(40, 180, (12, 20))
    return np.asarray(cv2.resize(coarse, (160, 90), interpolation=cv2.INTER_CUBIC))


def at(i: int) -> datetime:
    return START + timedelta(seconds=i / RATE_HZ)


def seen(plane: np.ndarray, noise: float, i: int) -> Luma:
    random = np.random.default_rng(i)
    return np.clip(plane + random.normal(0, noise, plane.shape), 0, 255).astype(np.uint8)


def with_walker(plane: np.ndarray, x: float, height: int = 8, contrast: float = 45.0) -> np.ndarray:
    walked = plane.copy()
    left = int(x) % 150
    walked[50 : 50 + height, left : left + max(3, height // 3)] -= contrast
    return walked


@pytest.mark.parametrize("noise", [0.0, 1.5, 4.0, 10.0])
def test_closes_on_a_still_noisy_scene(street: np.ndarray, noise: float) -> None:
    """Noise of any steady strength does not keep the gate open."""
    gate = MotionGate()
    states = [gate.update(seen(street, noise, i), at(i)) for i in range(20 * RATE_HZ)]
    assert states[0]
    assert not any(states[3 * RATE_HZ :])


@pytest.mark.parametrize("noise", [1.5, 4.0])
def test_opens_on_a_small_walker_at_once_and_stays_open(street: np.ndarray, noise: float) -> None:
    """A person 64 px high in 720p opens the gate within two frames, and it stays open while they walk."""
    gate = MotionGate()
    for i in range(5 * RATE_HZ):
        gate.update(seen(street, noise, i), at(i))
    states = [
        gate.update(seen(with_walker(street, 10 + 6 * i / RATE_HZ), noise, 999 + i), at(75 + i)) for i in range(10 * RATE_HZ)
    ]
    assert any(states[:2])
    assert all(states[2:])


def test_closes_soon_after_somebody_who_stood_long_has_left(street: np.ndarray) -> None:
    """The place that a person leaves does not count as motion for longer than six seconds."""
    gate = MotionGate()
    standing = with_walker(street, 60, height=30, contrast=-70)
    for i in range(30 * RATE_HZ):
        gate.update(seen(standing, 1.5, i), at(i))
    states = [gate.update(seen(street, 1.5, 1000 + i), at(450 + i)) for i in range(10 * RATE_HZ)]
    assert states[0]
    assert not any(states[6 * RATE_HZ :])


def test_follows_slow_light_without_opening(street: np.ndarray) -> None:
    """Clouds and dusk (60 levels in a minute) are not motion."""
    gate = MotionGate()
    states = [gate.update(seen(street + i / RATE_HZ, 1.5, i), at(i)) for i in range(60 * RATE_HZ)]
    assert not any(states[3 * RATE_HZ :])


@pytest.mark.parametrize("change", [lambda p: p * 0.45, lambda p: p + 60, lambda p: 255 - p])
def test_settles_after_a_sudden_change_of_light(street: np.ndarray, change: object) -> None:
    """A lamp that goes on or off opens the gate at most for five seconds."""
    assert callable(change)
    gate = MotionGate()
    for i in range(5 * RATE_HZ):
        gate.update(seen(street, 1.5, i), at(i))
    states = [gate.update(seen(change(street), 1.5, 500 + i), at(75 + i)) for i in range(8 * RATE_HZ)]
    assert not any(states[5 * RATE_HZ :])


def test_finds_a_walker_after_a_change_of_light(street: np.ndarray) -> None:
    """The new light is the new background: people are seen in it as before."""
    gate = MotionGate()
    for i in range(5 * RATE_HZ):
        gate.update(seen(street, 1.5, i), at(i))
    for i in range(6 * RATE_HZ):
        gate.update(seen(street * 0.5, 1.5, 500 + i), at(75 + i))
    assert not gate.moving
    assert any(gate.update(seen(with_walker(street * 0.5, 20 + i, contrast=25), 1.5, 900 + i), at(165 + i)) for i in range(3))


def test_holds_between_two_movements(street: np.ndarray) -> None:
    """The gate does not flutter: it closes a second after the last motion, not with it."""
    gate = MotionGate()
    for i in range(5 * RATE_HZ):
        gate.update(seen(street, 1.5, i), at(i))
    gate.update(seen(with_walker(street, 20), 1.5, 900), at(75))
    states = [gate.update(seen(street, 1.5, 901 + i), at(76 + i)) for i in range(4 * RATE_HZ)]
    assert all(states[: RATE_HZ - 2])
    assert not states[-1]


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_starts_anew_when_the_clock_jumps(street: np.ndarray, jump_s: float) -> None:
    """After a gap or a jump of the capture clock the first frame is looked at."""
    gate = MotionGate()
    for i in range(5 * RATE_HZ):
        gate.update(seen(street, 1.5, i), at(i))
    assert not gate.moving
    assert gate.update(seen(street, 1.5, 99), at(75) + timedelta(seconds=jump_s))


def test_frame_rate_does_not_matter(street: np.ndarray) -> None:
    """Decisions are made in seconds of capture time: 5 and 25 frames a second forget a ghost equally fast."""
    closed_after_s = []
    for rate_hz in (5, 25):
        gate = MotionGate()
        standing = with_walker(street, 60, height=30)
        for i in range(20 * rate_hz):
            gate.update(seen(standing, 1.0, i), START + timedelta(seconds=i / rate_hz))
        i = 0
        while gate.update(seen(street, 1.0, 5000 + i), START + timedelta(seconds=20 + i / rate_hz)):
            i += 1
        closed_after_s.append(i / rate_hz)
    assert abs(closed_after_s[0] - closed_after_s[1]) <= 1.0
