import numpy as np
import pytest

from haetae.domain.geometry import Box
from haetae.imaging.crop import crop

PIXELS = np.arange(40 * 60 * 3, dtype=np.uint32).astype(np.uint8).reshape(40, 60, 3)


def test_cuts_what_is_under_the_box() -> None:
    """Whole pixels that the box touches are in the crop, and it is a copy."""
    cut = crop(PIXELS, Box(10.2, 5.0, 20.0, 15.9))
    np.testing.assert_array_equal(cut, PIXELS[5:16, 10:20])
    assert cut.flags.owndata


def test_margin_is_a_share_of_the_box_and_ends_at_the_frame() -> None:
    """A widened box does not leave the frame."""
    assert crop(PIXELS, Box(0, 0, 20, 20), margin=0.1).shape == (22, 22, 3)
    assert crop(PIXELS, Box(10, 10, 20, 20), margin=0.1).shape == (12, 12, 3)


def test_a_sliver_still_has_a_pixel() -> None:
    """A box thinner than a pixel gives one pixel, never an empty array."""
    assert crop(PIXELS, Box(59.99, 39.99, 70, 70)).shape == (1, 1, 3)
    assert crop(PIXELS, Box(5.0, 5.0, 5.0, 5.0)).shape == (1, 1, 3)


def test_a_box_outside_is_an_error() -> None:
    """Nobody gets pixels of a place that is not in the frame."""
    with pytest.raises(ValueError, match="outside"):
        crop(PIXELS, Box(61, 0, 70, 10))
