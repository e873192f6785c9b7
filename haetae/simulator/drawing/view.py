"""Where a camera stands and what it sees: world metres to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haetae.domain.geometry import ImageSize

NEAREST_M = 0.05  # what lies nearer, or behind, is projected as if it lay there; its depth says the truth


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera. World: metres, x east, y left, z up; `yaw_deg` anticlockwise from +x; positive `pitch_deg` looks down."""

    position_m: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    focal_px: float
    size: ImageSize

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3, 3) float64: the camera's right, down and forward directions in the world, as rows."""
        yaw, pitch = np.radians(self.yaw_deg), np.radians(self.pitch_deg)
        forward = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), -np.sin(pitch)])
        right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: ArrayLike) -> NDArray[np.float32]:
        """(n, 3) world metres to (n, 3) float32: x px, y px, depth in metres along the viewing axis (<= 0: behind)."""
        seen = (np.asarray(points, np.float64).reshape(-1, 3) - self.position_m) @ self.rotation.T
        scale = self.focal_px / np.maximum(seen[:, 2], NEAREST_M)
        seen[:, 0] = seen[:, 0] * scale + self.size.width / 2
        seen[:, 1] = seen[:, 1] * scale + self.size.height / 2
        return seen.astype(np.float32)

    def ray(self, x_px: float, y_px: float) -> NDArray[np.float64]:
        """(3,) float64: the unit direction in the world of what is seen at a pixel."""
        aim = np.array([(x_px - self.size.width / 2) / self.focal_px, (y_px - self.size.height / 2) / self.focal_px, 1.0])
        direction = aim @ self.rotation
        return np.asarray(direction / np.linalg.norm(direction))

    def floor_at(self, x_px: float, y_px: float) -> tuple[float, float, float] | None:
        """The point of the floor seen at a pixel; None where the pixel looks at or above the horizon."""
        direction = self.ray(x_px, y_px)
        if direction[2] >= -1e-6:
            return None
        reach = -self.position_m[2] / direction[2]
        return (float(self.position_m[0] + reach * direction[0]), float(self.position_m[1] + reach * direction[1]), 0.0)

    def distance_m(self, point: ArrayLike) -> float:
        """From the camera to a world point."""
        return float(np.linalg.norm(np.asarray(point, np.float64) - self.position_m))
