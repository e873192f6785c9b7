"""Photos that callers hand in: checked before they are decoded, because nine kilobytes can ask for gigabytes."""

from __future__ import annotations

import cv2
import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Refused
from haetae.imaging.photo_header import Header, read_header

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 25_000_000
_MAX_JPEG_SCANS = 64  # each scan of a progressive JPEG costs a pass over the whole image


def open_photo(data: bytes) -> Pixels:
    """A JPEG, PNG or WebP as BGR pixels, upright as its EXIF orientation says; metadata is left behind.

    Raises Refused: 413 photo-too-large (bytes or declared pixels); 422 not-a-photo, animated-photo or photo-unreadable.
    """
    if len(data) > MAX_BYTES:
        raise Refused(
            f"The photo is larger than {MAX_BYTES // 2**20} MiB.", status=413, kind="photo-too-large", n_bytes=len(data)
        )
    header = read_header(data)
    if header is None:
        raise Refused("The photo is not a JPEG, PNG or WebP file.", status=422, kind="not-a-photo")
    _check(header)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise Refused("The photo is damaged.", status=422, kind="photo-unreadable")
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def _check(header: Header) -> None:
    size: ImageSize = header.size
    if size.area_px > MAX_PIXELS:
        raise Refused(
            f"The photo has {size.width} x {size.height} pixels; at most {MAX_PIXELS // 10**6} million are read.",
            status=413,
            kind="photo-too-large",
        )
    if header.animated:
        raise Refused("The photo has more than one frame.", status=422, kind="animated-photo")
    if size.area_px == 0 or header.n_scans > _MAX_JPEG_SCANS:
        raise Refused("The photo is damaged.", status=422, kind="photo-unreadable")
