import cv2
import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.errors import Poison
from haetae.imaging.jpeg import decode, encode, encode_yuv, size_of


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """A smooth coloured picture, 720p BGR."""
    small = np.random.default_rng(1).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (1280, 720), interpolation=cv2.INTER_CUBIC))


def test_round_trip_keeps_the_picture(picture: np.ndarray) -> None:
    """BGR in, BGR out, within JPEG's loss."""
    back = decode(encode(picture, quality=90))
    assert back.shape == picture.shape
    assert np.abs(back.astype(int) - picture).mean() < 3


def test_planes_give_the_same_picture_as_bgr(picture: np.ndarray) -> None:
    """A JPEG from full-range YUV planes shows what the BGR pixels showed: channels and range are right."""
    ycrcb = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
    v, u = (cv2.resize(ycrcb[:, :, i], (640, 360), interpolation=cv2.INTER_AREA) for i in (1, 2))
    back = decode(encode_yuv(ycrcb[:, :, 0], u, v, quality=90))
    assert np.abs(back.astype(int) - picture).mean() < 3


def test_planes_with_padded_rows_are_accepted(picture: np.ndarray) -> None:
    """Decoders hand out planes whose rows are longer than the image; views into them are encoded right."""
    wide = np.zeros((720, 1344), dtype=np.uint8)
    wide[:, :1280] = picture[:, :, 0]
    grey = np.full((360, 640), 128, dtype=np.uint8)
    back = decode(encode_yuv(wide[:, :1280], grey, grey, quality=95))
    assert np.abs(back[:, :, 1].astype(int) - picture[:, :, 0]).mean() < 3


@pytest.mark.parametrize(
    ("at_least", "expected"),
    [((640, 360), (640, 360)), ((640, 384), (800, 450)), ((320, 180), (320, 180)), ((4000, 3000), (1280, 720))],
)
def test_scaled_decoding_never_falls_below(picture: np.ndarray, at_least: tuple[int, int], expected: tuple[int, int]) -> None:
    """The decoder halves the work where the detector needs less than the JPEG has, and never gives less than asked."""
    back = decode(encode(picture), at_least=ImageSize(*at_least))
    assert (back.shape[1], back.shape[0]) == expected
    reference = cv2.resize(picture, expected, interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - reference).mean() < 4


def test_size_comes_from_the_header(picture: np.ndarray) -> None:
    """Nothing is decoded to learn the size."""
    assert size_of(encode(picture)) == ImageSize(width=1280, height=720)


@pytest.mark.parametrize("damage", [b"", b"no jpeg", None])
def test_damaged_bytes_are_poison(picture: np.ndarray, damage: bytes | None) -> None:
    """A JPEG that cannot be read never can: it goes to the dead letters."""
    data = encode(picture)[:2000] if damage is None else damage
    with pytest.raises(Poison):
        decode(data)
    if damage is not None:
        with pytest.raises(Poison):
            size_of(data)
