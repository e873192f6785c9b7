"""A frame decoded no further than it is looked at: small for the detector, whole only where a crop is taken."""

from __future__ import annotations

from typing import Protocol

from haetae.domain.frame import EncodedFrame, FrameRef, Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.imaging import jpeg


class FrameView(Protocol):
    """One frame at two scales. Boxes are in pixels of `ref.size`, whatever the size of the pixels."""

    @property
    def ref(self) -> FrameRef: ...

    def small(self) -> Pixels:
        """The frame at about the detector's input size. Raises Poison where it cannot be read."""
        ...

    def whole(self) -> Pixels:
        """The frame as large as there is. Raises Poison where it cannot be read."""
        ...


class JpegView:
    """A frame off the bus."""

    def __init__(self, frame: EncodedFrame) -> None:
        self.ref = frame.ref
        self._jpeg = frame.jpeg
        self._whole: Pixels | None = None

    def small(self) -> Pixels:
        return jpeg.decode(self._jpeg, at_least=scaled_into(self.ref.size, self.ref.detector_input))

    def whole(self) -> Pixels:
        if self._whole is None:
            self._whole = jpeg.decode(self._jpeg)
        return self._whole


def to_pixels_of(pixels: Pixels, box: Box, ref: FrameRef) -> Box:
    """A box of the source frame in pixels of `pixels`, which show the same frame at another size."""
    return box.scaled(pixels.shape[1] / ref.size.width, pixels.shape[0] / ref.size.height)


def to_source(pixels: Pixels, box: Box, ref: FrameRef) -> Box:
    """The inverse of `to_pixels_of`."""
    return box.scaled(ref.size.width / pixels.shape[1], ref.size.height / pixels.shape[0])


def scaled_into(size: ImageSize, into: ImageSize) -> ImageSize:
    """The size that a picture of `size` has when it fits into `into` (never larger than it is)."""
    scale = min(1.0, into.width / size.width, into.height / size.height)
    return ImageSize(width=max(1, int(size.width * scale)), height=max(1, int(size.height * scale)))
