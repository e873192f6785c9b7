"""One person alone, toned, as a patch of the picture: what painter and sprite share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.noise import volume
from haetae.simulator.drawing.raster import FAR, NOTHING, lit_share, project, rasterise
from haetae.simulator.drawing.response import Tone
from haetae.simulator.drawing.shading import SAMPLES, Illumination, Surface, shade
from haetae.simulator.drawing.view import View
from haetae.simulator.people.mesh import Posed

NEAREST_M = 0.4  # nobody is drawn who has a part nearer to the lens
MARGIN_PX = 2
SELF_SHADOW_CELL_M = 0.035


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """`pixels` (h, w, 5) float32: BGR levels, coverage 0-1, depth m; its top left corner lies at (x, y) of the picture.

    `box` is the person's full extent, xyxy px, which may leave the picture.
    """

    x: int
    y: int
    pixels: NDArray[np.float32]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Extent:
    """Least and greatest x and y, px, and the least and the mean depth, m, of points on a screen."""

    x1: float
    y1: float
    x2: float
    y2: float
    nearest_m: float
    mean_m: float


def on_screen(view: View, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], Extent]:
    """(n, 3) float32 world metres to (n, 3) float32 x px, y px, depth m, and their extent."""
    out = np.empty((len(points), 3), np.float32)
    lens = (float(view.focal_px), view.size.width / 2, view.size.height / 2)
    extent = project(points, np.asarray(view.position_m, np.float64), view.rotation, lens, out)
    return out, Extent(*extent)


def patch(posed: Posed, view: View, light: Light, tone: Tone, *, shift: float = 0.0) -> Patch | None:
    """Draws a person alone; None where nothing of the person can be in the picture, or a part is too near to the lens."""
    screen, extent = on_screen(view, posed.vertices)
    if extent.nearest_m < NEAREST_M:
        return None
    x1, y1, x2, y2 = extent.x1, extent.y1, extent.x2, extent.y2
    left, top = max(0, int(x1) - MARGIN_PX), max(0, int(y1) - MARGIN_PX)
    width = min(view.size.width, int(x2) + MARGIN_PX + 1) - left
    height = min(view.size.height, int(y2) + MARGIN_PX + 1) - top
    if width < 1 or height < 1:
        return None
    screen[:, :2] -= np.array([left, top], np.float32)
    screen[:, :2] *= np.float32(SAMPLES)
    depths = np.full((height * SAMPLES, width * SAMPLES), FAR, np.float32)
    seen = np.full(depths.shape, NOTHING, np.int32)
    rasterise(screen, posed.mesh.triangles, depths, seen)
    pixels = np.zeros((height, width, 5), np.float32)
    surface = _surface(posed, screen, light)
    shade(surface, (depths, seen), volume(), _illumination(posed, view, light), tone, np.float64(shift), pixels)
    return Patch(left, top, pixels, (x1, y1, x2, y2))


def _surface(posed: Posed, screen: NDArray[np.float32], light: Light) -> Surface:
    mesh = posed.mesh
    lit = np.ones(len(screen), np.float32)
    lit_share(posed.vertices, light.direction, SELF_SHADOW_CELL_M, lit)
    return Surface(
        screen,
        mesh.triangles,
        mesh.vertices,
        posed.normals,
        mesh.colours,
        mesh.occlusion,
        lit,
        np.asarray(mesh.material, np.int32),
    )


def _illumination(posed: Posed, view: View, light: Light) -> Illumination:
    way = np.asarray(view.position_m, np.float64) - posed.keypoints.mean(axis=0)
    return Illumination(light.direction, light.colour, light.sky, light.ground, way / np.linalg.norm(way))
