import cv2
import numpy as np
import pytest

from haetae.domain.geometry import Box, ImageSize
from haetae.imaging.quality import assess, inside_share, sharpness, visibility

FRAME = ImageSize(width=1280, height=720)


@pytest.fixture(scope="module")
def texture() -> np.ndarray:
    """A crop with detail of every scale, (256, 128, 3)."""
    random = np.random.default_rng(5)
    layers = [
        cv2.resize(random.uniform(0, 255, (2 * n, n, 3)), (128, 256), interpolation=cv2.INTER_CUBIC) / n**0.5
        for n in (4, 8, 16, 32, 64)
    ]
    mixed = sum(layers)
    return np.asarray(np.clip((mixed - mixed.min()) / np.ptp(mixed) * 255, 0, 255), dtype=np.uint8)


def test_blur_lowers_sharpness_step_by_step(texture: np.ndarray) -> None:
    """More blur is never sharper, and darkness or low contrast does not count as blur."""
    steps = [sharpness(texture)] + [sharpness(cv2.GaussianBlur(texture, (0, 0), s)) for s in (1, 2, 4, 8)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 2 * steps[3]
    assert sharpness((texture * 0.5 + 40).astype(np.uint8)) == pytest.approx(steps[0], rel=0.1)


def test_flat_pixels_are_not_sharp() -> None:
    """A crop without contrast has no detail."""
    assert sharpness(np.full((100, 50, 3), 90, dtype=np.uint8)) == 0.0


def test_visibility_counts_the_union_of_the_others() -> None:
    """Two people over the same half hide half, not the whole."""
    box = Box(100, 100, 200, 300)
    half = Box(150, 0, 400, 400)
    assert visibility(box, []) == 1.0
    assert visibility(box, [half, half]) == pytest.approx(0.5)
    assert visibility(box, [Box(0, 0, 500, 500)]) == 0.0
    assert visibility(box, [Box(300, 100, 400, 300)]) == 1.0


def test_a_box_on_the_border_is_less_inside() -> None:
    """Somebody cut by the frame's border stands for less of themselves."""
    assert inside_share(Box(100, 100, 200, 300), FRAME) == 1.0
    assert inside_share(Box(0, 100, 100, 300), FRAME) == pytest.approx(1 - 200 / 600)
    assert inside_share(Box(100, 520, 200, 720), FRAME) == pytest.approx(1 - 100 / 600)
    assert inside_share(Box(5, 5, 5, 5), FRAME) == 0.0


def test_total_is_between_0_and_1_and_prefers_the_better_shot(texture: np.ndarray) -> None:
    """Large, sharp, whole and unhidden beats the same person small, blurred, cut or hidden."""
    best = assess(Box(300, 200, 428, 456), FRAME, [], texture)
    assert best.size == 1.0
    assert 0.5 < best.total <= 1.0
    blurred = assess(Box(300, 200, 428, 456), FRAME, [], cv2.GaussianBlur(texture, (0, 0), 4))
    small = assess(Box(300, 200, 332, 264), FRAME, [], cv2.resize(texture, (32, 64), interpolation=cv2.INTER_AREA))
    cut = assess(Box(0, 200, 128, 456), FRAME, [], texture)
    hidden = assess(Box(300, 200, 428, 456), FRAME, [Box(300, 200, 428, 328)], texture)
    assert all(0 <= worse.total < best.total for worse in (blurred, small, cut, hidden))
