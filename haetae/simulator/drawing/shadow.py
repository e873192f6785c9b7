"""The shadow a person lays on the floor: projected along the main light, soft, and dark where shoes touch the ground."""

from __future__ import annotations

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.patch import on_screen
from haetae.simulator.drawing.view import View
from haetae.simulator.people.mesh import Posed

MARGIN_PX = 16
TOUCHING_M = 0.10  # what is lower than this touches the floor
CONTACT = 0.6  # how much light is missing right where something touches


@numba.njit(nogil=True, cache=True, fastmath=True)
def _laid_down(vertices, light, out):  # type: ignore[no-untyped-def]
    """Fills `out` (n, 3) with the places on the floor where each vertex' shadow falls."""
    for i in range(vertices.shape[0]):
        reach = vertices[i, 2] / light[2]
        out[i, 0], out[i, 1], out[i, 2] = vertices[i, 0] - reach * light[0], vertices[i, 1] - reach * light[1], 0.005


@numba.njit(nogil=True, cache=True, fastmath=True)
def _splatted(screen, heights, corner, cast, touching):  # type: ignore[no-untyped-def]
    """Marks vertices at half size in `cast`, low ones in `touching` too (both (h, w) uint8). 2 x 2 dots leave no hole."""
    height, width = cast.shape
    for i in range(screen.shape[0]):
        u, v = int((screen[i, 0] - corner[0]) * 0.5), int((screen[i, 1] - corner[1]) * 0.5)
        if 0 <= u < width - 1 and 0 <= v < height - 1:
            low = heights[i] < TOUCHING_M
            for y in (v, v + 1):
                for x in (u, u + 1):
                    cast[y, x] = 255
                    if low:
                        touching[y, x] = 255


@numba.njit(nogil=True, cache=True, fastmath=True)
def _darkened(frame, floor, ids, masks, corner, strength):  # type: ignore[no-untyped-def]
    """Takes light away from the floor, and from nobody who stands on it."""
    cast, touching = masks
    half_h, half_w = cast.shape
    for y in range(min(2 * half_h, frame.shape[0] - corner[1])):
        for x in range(min(2 * half_w, frame.shape[1] - corner[0])):
            v, u = y + corner[1], x + corner[0]
            open_floor = floor[v, u]
            if open_floor <= 0.0 or ids[v, u] != 0:
                continue
            # half a pixel between the half-size mask's cells, so that its steps do not show
            a, b = min(y // 2 + (y & 1), half_h - 1), min(x // 2 + (x & 1), half_w - 1)
            dark = 0.25 * (int(cast[y // 2, x // 2]) + int(cast[a, x // 2]) + int(cast[y // 2, b]) + int(cast[a, b])) / 255.0
            touch = touching[y // 2, x // 2] / 255.0
            if dark + touch < 0.01:
                continue
            left = (1.0 - strength * dark * open_floor) * (1.0 - CONTACT * touch)
            kept = left**0.6  # levels, not light
            for k in range(3):
                frame[v, u, k] = np.uint8(frame[v, u, k] * kept)


def cast_shadow(
    frame: NDArray[np.uint8], floor: NDArray[np.float32], ids: NDArray[np.int16], posed: Posed, view: View, light: Light
) -> tuple[int, int, int, int] | None:
    """Darkens `frame` in place where the person's shadow falls; gives the part that changed, xyxy px, None for nothing."""
    laid = np.empty_like(posed.vertices)
    _laid_down(posed.vertices, light.direction, laid)
    screen, extent = on_screen(view, laid)
    if extent.nearest_m < 0.5:
        return None
    height, width = floor.shape
    x1, y1 = max(0, int(extent.x1) - MARGIN_PX), max(0, int(extent.y1) - MARGIN_PX)
    x2, y2 = min(width, int(extent.x2) + MARGIN_PX), min(height, int(extent.y2) + MARGIN_PX)
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    px_a_metre = view.focal_px / extent.mean_m
    cast = np.zeros(((y2 - y1) // 2 + 1, (x2 - x1) // 2 + 1), np.uint8)
    touching = np.zeros_like(cast)
    _splatted(screen, posed.vertices[:, 2], (x1, y1), cast, touching)
    cast = cv2.GaussianBlur(cast, (0, 0), max(0.7, light.softness * px_a_metre / 400))
    touching = cv2.GaussianBlur(touching, (0, 0), max(0.8, 0.015 * px_a_metre))
    _darkened(frame, floor, ids, (cast, touching), (x1, y1), float(light.shadow))
    return x1, y1, x2, y2
