import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.imaging.letterbox import letterbox, resized

INPUT = ImageSize(width=640, height=384)


@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (768, 432), (480, 640), (33, 7), (1920, 1080)])
def test_boxes_come_back_where_they_were(size: tuple[int, int]) -> None:
    """A box of the source, found in the letterbox, maps back to itself within a pixel of the source."""
    width, height = size
    pixels = np.full((height, width, 3), 60, dtype=np.uint8)
    x1, y1, x2, y2 = width // 4, height // 4, width // 2 + 1, height // 2 + 1
    pixels[y1:y2, x1:x2] = 250
    boxed = letterbox(pixels, INPUT)
    assert boxed.pixels.shape == (384, 640, 3)
    rows, columns = np.nonzero(boxed.pixels[:, :, 0] > 180)
    found = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]])
    tolerance = 1.0 + 1.0 / boxed.scale
    np.testing.assert_allclose(boxed.to_source(found)[0], [x1, y1, x2, y2], atol=tolerance)


def test_pads_below_and_right_with_grey() -> None:
    """The image lies at the top left; the rest is the grey that the network was trained with."""
    boxed = letterbox(np.zeros((360, 640, 3), dtype=np.uint8), INPUT)
    assert not boxed.pixels[:360].any()
    assert (boxed.pixels[360:] == 114).all()


def test_an_image_that_fits_is_passed_through() -> None:
    """No copy is made where there is nothing to do."""
    pixels = np.zeros((384, 640, 3), dtype=np.uint8)
    assert letterbox(pixels, INPUT).pixels is pixels


def test_boxes_outside_are_clipped_to_the_source() -> None:
    """A network's box that reaches into the padding ends at the frame's border."""
    boxed = letterbox(np.zeros((720, 1280, 3), dtype=np.uint8), INPUT)
    assert boxed.to_source(np.array([[-5.0, 300.0, 650.0, 384.0]])).tolist() == [[0.0, 600.0, 1280.0, 720.0]]
    assert boxed.to_source(np.zeros((0, 4))).shape == (0, 4)


def test_resized_gives_exactly_the_size() -> None:
    """Crops are stretched to the network's input, whatever their proportions."""
    assert resized(np.zeros((50, 20, 3), dtype=np.uint8), ImageSize(width=128, height=256)).shape == (256, 128, 3)
