import struct
import zlib

import cv2
import numpy as np
import pytest

from haetae.errors import Refused
from haetae.imaging.photo import MAX_BYTES, open_photo
from haetae.imaging.photo_header import read_header

PICTURE = cv2.resize(
    np.random.default_rng(2).integers(0, 255, (6, 4, 3), dtype=np.uint8), (80, 120), interpolation=cv2.INTER_CUBIC
)


def encoded(kind: str) -> bytes:
    ok, data = cv2.imencode(kind, PICTURE)
    assert ok
    return bytes(data)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", ihdr), *chunks, (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + body


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    segment = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_opens_the_three_kinds(kind: str) -> None:
    """JPEG, PNG and WebP come out as the same BGR picture, and their headers declare its size."""
    data = encoded(kind)
    header = read_header(data)
    assert header is not None
    assert (header.size.width, header.size.height, header.animated) == (80, 120, False)
    assert np.abs(open_photo(data).astype(int) - PICTURE).mean() < 6


@pytest.mark.parametrize(
    ("orientation", "turned"), [(1, None), (3, cv2.ROTATE_180), (6, cv2.ROTATE_90_CLOCKWISE), (8, cv2.ROTATE_90_COUNTERCLOCKWISE)]
)
def test_a_phone_photo_stands_upright(orientation: int, turned: int | None) -> None:
    """The EXIF orientation is applied: a detector does not know people who lie on their side."""
    upright = PICTURE if turned is None else cv2.rotate(PICTURE, turned)
    opened = open_photo(with_orientation(encoded(".jpg"), orientation))
    assert opened.shape == upright.shape
    assert np.abs(opened.astype(int) - upright).mean() < 6


def test_lossless_webp_and_alpha() -> None:
    """Lossless WebP and PNG with transparency are read as opaque BGR."""
    ok, data = cv2.imencode(".webp", PICTURE, [cv2.IMWRITE_WEBP_QUALITY, 101])
    assert ok
    np.testing.assert_array_equal(open_photo(bytes(data)), PICTURE)
    ok, data = cv2.imencode(".png", np.dstack([PICTURE, np.full((120, 80), 128, np.uint8)]))
    assert ok
    assert open_photo(bytes(data)).shape == (120, 80, 3)


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b"", 422, "not-a-photo"),
        (b"hello, I am a text file" * 10, 422, "not-a-photo"),
        (b"GIF89a" + b"\0" * 50, 422, "not-a-photo"),
        (b"\xff\xd8\xff", 422, "not-a-photo"),
        (b"RIFF\0\0\0\0WEBPVP8X", 422, "not-a-photo"),
        (png(10_000, 10_000), 413, "photo-too-large"),
        (png(2**31 - 1, 2**31 - 1), 413, "photo-too-large"),
        (png(0, 10), 422, "photo-unreadable"),
        (png(20, 20), 422, "photo-unreadable"),
        (png(20, 20, (b"acTL", b"\0" * 8)), 422, "animated-photo"),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\x10\0\0\x10\0\0" + b"\0" * 20, 422, "animated-photo"),
        (b"\0" * (MAX_BYTES + 1), 413, "photo-too-large"),
    ],
)
def test_refuses_what_is_no_photo_or_too_much(data: bytes, status: int, kind: str) -> None:
    """Other bytes, bombs, animations and damaged files are refused with a reason, before they cost memory."""
    with pytest.raises(Refused) as refused:
        open_photo(data)
    assert (refused.value.status, refused.value.kind) == (status, kind)


def test_a_cut_jpeg_is_unreadable_or_opened_never_a_crash() -> None:
    """Every truncation of a photo is refused or opened: nothing else comes out."""
    data = encoded(".jpg")
    endings = {_ending(data[:end]) for end in range(0, len(data), 97)}
    assert endings <= {"opened", "not-a-photo", "photo-unreadable"}


def _ending(data: bytes) -> str:
    try:
        open_photo(data)
    except Refused as refused:
        return refused.kind
    return "opened"


def test_a_jpeg_of_a_thousand_scans_is_refused() -> None:
    """Progressive scans multiply the work behind a small file; nobody's camera writes hundreds."""
    data = encoded(".jpg")
    start = data.index(b"\xff\xda")
    with pytest.raises(Refused, match="damaged"):
        open_photo(data[:start] + data[start:-2] * 100 + data[-2:])
