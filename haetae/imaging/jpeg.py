"""JPEG both ways (libjpeg-turbo): the form in which frames travel and crops are kept."""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Poison
from haetae.imaging.photo import open_photo

__all__ = ["QUALITY", "Plane", "decode", "encode", "encode_yuv", "open_photo", "size_of"]

QUALITY = 80
"""Of frames on the bus: 130 KiB at 720p, and detectors lose nothing measurable."""

Plane = NDArray[np.uint8]
"""(height, width) uint8 of one component."""


def encode(pixels: Pixels, quality: int = QUALITY) -> bytes:
    """BGR pixels as a JPEG with 4:2:0 colour."""
    rows = np.ascontiguousarray(pixels)
    return bytes(simplejpeg.encode_jpeg(rows, quality=quality, colorspace="BGR", colorsubsampling="420"))


def encode_yuv(y: Plane, u: Plane, v: Plane, quality: int = QUALITY) -> bytes:
    """Three planes as a JPEG, without a way through BGR.

    Full range (0-255, as swscale's `yuvj420p`): a JPEG cannot say that its luma ends at 235. The sizes of `u` and `v` decide the
    subsampling (half of `y` both ways is 4:2:0).
    """
    planes = (np.ascontiguousarray(plane) for plane in (y, u, v))
    return bytes(simplejpeg.encode_jpeg_yuv_planes(*planes, quality=quality))


def size_of(jpeg: bytes) -> ImageSize:
    """Width and height from the header alone. Raises Poison."""
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(jpeg)
    except ValueError as error:
        raise Poison("These bytes are not a JPEG.", n_bytes=len(jpeg)) from error
    return ImageSize(width=width, height=height)


def decode(jpeg: bytes, *, at_least: ImageSize | None = None) -> Pixels:
    """A JPEG as BGR pixels.

    With `at_least` the image is decoded at the smallest of the DCT's eighths that still has that width and height: a 720p
    JPEG asked for at 640x360 never exists at 720p. A JPEG smaller than that comes at its own size. Raises Poison.
    """
    bounds = {} if at_least is None else {"min_width": at_least.width, "min_height": at_least.height}
    try:
        return np.asarray(simplejpeg.decode_jpeg(jpeg, colorspace="BGR", **bounds), dtype=np.uint8)
    except ValueError as error:
        raise Poison("These bytes are not a readable JPEG.", n_bytes=len(jpeg)) from error
