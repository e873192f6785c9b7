"""Boxes and sizes in pixels, points and polygons on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, hypot, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def area_px(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box, xyxy, float pixels of the full source frame; (x1, y1) is the top left corner."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width_px(self) -> float:
        return max(0.0, self.x2 - self.x1)

    @property
    def height_px(self) -> float:
        return max(0.0, self.y2 - self.y1)

    @property
    def area_px(self) -> float:
        return self.width_px * self.height_px

    def intersection_px(self, other: Box) -> float:
        """The shared area in square pixels."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0-1."""
        shared = self.intersection_px(other)
        union = self.area_px + other.area_px - shared
        return shared / union if union > 0 else 0.0

    def clipped(self, to: ImageSize) -> Box:
        """The part of the box that lies inside a frame of size `to`."""
        return Box(
            min(max(self.x1, 0.0), to.width),
            min(max(self.y1, 0.0), to.height),
            min(max(self.x2, 0.0), to.width),
            min(max(self.y2, 0.0), to.height),
        )

    def scaled(self, x: float, y: float) -> Box:
        """The box with x and y coordinates multiplied."""
        return Box(self.x1 * x, self.y1 * y, self.x2 * x, self.y2 * y)


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A place on the map, WGS 84 degrees."""

    latitude: float
    longitude: float

    def distance_m(self, other: GeoPoint) -> float:
        """Great-circle distance in metres (haversine)."""
        lat1, lat2 = radians(self.latitude), radians(other.latitude)
        dlat, dlon = lat2 - lat1, radians(other.longitude - self.longitude)
        chord = sin(dlat / 2) ** 2 + cos(lat1) * cos(lat2) * sin(dlon / 2) ** 2
        return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def polygon_contains(polygon: Sequence[GeoPoint], point: GeoPoint) -> bool:
    """Whether `point` lies in the area of `polygon` (even-odd rule; at least 3 corners, not closed, not across the date line)."""
    inside = False
    previous = polygon[-1]
    for corner in polygon:
        if (corner.latitude > point.latitude) != (previous.latitude > point.latitude):
            slope = (previous.longitude - corner.longitude) / (previous.latitude - corner.latitude)
            if point.longitude < corner.longitude + slope * (point.latitude - corner.latitude):
                inside = not inside
        previous = corner
    return inside


def diagonal_px(size: ImageSize) -> float:
    """The length of the frame's diagonal in pixels."""
    return hypot(size.width, size.height)
