"""A decoded picture whose planes are kept, and the few forms in which it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from haetae.domain.frame import ClockSource, Pixels
from haetae.domain.geometry import ImageSize
from haetae.imaging import jpeg

Plane = NDArray[np.uint8]
LUMA = ImageSize(width=160, height=90)

_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_BT709 = 1  # AVCOL_SPC_BT709
_PLANAR = ("yuv420p", "yuvj420p")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture with both its clocks. `boot` and `number` as a FrameRef's boot and seq; `image` is libav's frame."""

    image: Any
    boot: str
    number: int
    captured_at: datetime
    received_at: datetime
    pts_s: float
    clock_source: ClockSource

    @property
    def size(self) -> ImageSize:
        return ImageSize(width=self.image.width, height=self.image.height)


class Renderer:
    """Turns pictures into luma, JPEG or pixels. It keeps scalers, so it belongs to one thread."""

    def __init__(self) -> None:
        self._luma, self._small, self._bgr = VideoReformatter(), VideoReformatter(), VideoReformatter()

    def luma(self, picture: Picture) -> Plane:
        """(90, 160) uint8: brightness, for the motion gate."""
        image = picture.image
        if image.format.name in _PLANAR and image.width % LUMA.width == 0 and image.height % LUMA.height == 0:
            y = _plane(image, 0)
            step = max(1, min(image.width // LUMA.width, image.height // LUMA.height) // 2)
            return np.asarray(
                cv2.resize(y[::step, ::step], (LUMA.width, LUMA.height), interpolation=cv2.INTER_AREA), dtype=np.uint8
            )
        small = self._luma.reformat(image, LUMA.width, LUMA.height, "gray", interpolation=Interpolation.AREA)
        return np.array(_plane(small, 0))

    def jpeg(self, picture: Picture, max_width_px: int, quality: int = jpeg.QUALITY) -> bytes:
        """A JPEG of at most `max_width_px`, from the YUV planes, in JPEG's own range and colour matrix (JFIF: full, BT.601)."""
        image = picture.image
        size = fitted(picture.size, max_width_px)
        full_range, bt709 = _is_full_range(image), image.colorspace == _BT709
        if image.format.name not in _PLANAR or size != picture.size:
            image = self._small.reformat(image, size.width, size.height, "yuv420p")
        y, u, v = (_plane(image, i) for i in range(3))
        if not full_range:
            y, u, v = _expanded(y, 219, 16), _expanded(u, 224, 128), _expanded(v, 224, 128)
        if bt709:
            y, u, v = _as_bt601(y, u, v)
        return jpeg.encode_yuv(y, u, v, quality)

    def pixels(self, picture: Picture, size: ImageSize | None = None) -> Pixels:
        """(height, width, 3) uint8 BGR at `size` (default: the picture's own), in one step of swscale."""
        image = picture.image
        to = size or picture.size
        matrix = Colorspace.ITU709 if image.colorspace == _BT709 else Colorspace.ITU601
        bgr = self._bgr.reformat(image, to.width, to.height, "bgr24", src_colorspace=matrix, interpolation=Interpolation.BILINEAR)
        return np.asarray(bgr.to_ndarray(), dtype=np.uint8)


def fitted(size: ImageSize, max_width_px: int) -> ImageSize:
    """`size` scaled down to at most `max_width_px`, with even sides."""
    if size.width <= max_width_px:
        return size
    height = round(size.height * max_width_px / size.width / 2) * 2
    return ImageSize(width=max_width_px // 2 * 2, height=max(2, height))


def _plane(image: Any, index: int) -> Plane:
    """One 8-bit plane without the padding of its lines; a view as long as the frame lives."""
    plane = image.planes[index]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _is_full_range(image: Any) -> bool:
    return image.color_range == _FULL_RANGE or str(image.format.name).startswith("yuvj")


def _expanded(plane: Plane, steps: int, zero: int) -> Plane:
    """Studio range to full range: `steps` levels around (or from) `zero` become 255."""
    scale = 255 / steps
    shift = -zero * scale if zero == 16 else zero * (1 - scale)
    return np.asarray(cv2.addWeighted(plane, scale, plane, 0.0, shift), dtype=np.uint8)


def _as_bt601(y: Plane, u: Plane, v: Plane) -> tuple[Plane, Plane, Plane]:
    """Full-range BT.709 components as BT.601, which is what a JPEG means: the product of one matrix and the other's inverse."""
    shift = cv2.addWeighted(u, 0.10158, v, 0.19608, 128 * (1 - 0.10158 - 0.19608))
    wide = cv2.resize(shift, (y.shape[1], y.shape[0]), interpolation=cv2.INTER_NEAREST)
    luma = cv2.addWeighted(y, 1.0, wide, 1.0, -128)
    blue = cv2.addWeighted(u, 0.98985, v, -0.11065, 128 * (1 - 0.98985 + 0.11065))
    red = cv2.addWeighted(v, 0.98340, u, -0.07245, 128 * (1 - 0.98340 + 0.07245))
    return luma, blue, red
