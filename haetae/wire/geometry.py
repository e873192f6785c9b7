"""Boxes and sizes on the wire."""

from __future__ import annotations

from haetae.domain.geometry import Box, ImageSize
from haetae.wire.reading import finite
from haetae.wire.v1 import geometry_pb2

MAX_SIDE_PX = 65_535


def size_to_wire(size: ImageSize) -> geometry_pb2.ImageSize:
    """Width and height."""
    return geometry_pb2.ImageSize(width=size.width, height=size.height)


def size_from_wire(size: geometry_pb2.ImageSize) -> ImageSize:
    """Width and height, each 1-65535. Raises ValueError."""
    if not (0 < size.width <= MAX_SIDE_PX and 0 < size.height <= MAX_SIDE_PX):
        raise ValueError("a size is out of range")
    return ImageSize(width=size.width, height=size.height)


def box_to_wire(box: Box) -> geometry_pb2.Box:
    """Four doubles: a box comes back exactly as it was."""
    return geometry_pb2.Box(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2)


def box_from_wire(box: geometry_pb2.Box) -> Box:
    """A box of finite corners. Raises ValueError."""
    return Box(*finite(box.x1, box.y1, box.x2, box.y2))
