"""People into a camera's picture: hidden by what stands in front of them, with shadows, in the camera's own colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.background import Background
from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.patch import Patch, patch
from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.sensor import REACH_PX, through_lens, with_noise
from haetae.simulator.drawing.shadow import cast_shadow
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather, fallen
from haetae.simulator.people.mesh import Posed

Rect = tuple[int, int, int, int]

SHADE = 0.35  # of `Background.floor` where the sun does not come
BEHIND_M = 0.05  # a wall this much nearer than a person hides the person
INSIDE_M = np.array([0.06] * 5 + [0.12] * 2 + [0.1] * 4 + [0.2] * 2 + [0.12] * 4)  # how deep below the skin each key point lies


class Canvas:
    """One camera's picture in the making; `clear` makes it ready for the next frame at the cost of what was drawn.

    `frame` (h, w, 3) uint8 BGR; `ids` (h, w) int16, who is seen there, 0 nobody; `depth` (h, w) float32 metres.
    """

    def __init__(self, view: View, background: Background, light: Light, response: CameraResponse) -> None:
        self.view, self.background, self.light, self.response = view, background, light, response
        self.tone = response.tone(background.exposure)
        self.frame = background.pixels.copy()
        self.depth = background.depth.copy()
        self.ids: NDArray[np.int16] = np.zeros(self.depth.shape, np.int16)
        self.changed: list[Rect] = []
        self._seen_through_lens = through_lens(background.pixels, response)

    def clear(self) -> None:
        """Takes everybody away again."""
        for x1, y1, x2, y2 in self.changed:
            self.frame[y1:y2, x1:x2] = self.background.pixels[y1:y2, x1:x2]
            self.depth[y1:y2, x1:x2] = self.background.depth[y1:y2, x1:x2]
            self.ids[y1:y2, x1:x2] = 0
        self.changed.clear()

    def rendered(self) -> NDArray[np.uint8]:
        """A new picture (h, w, 3) uint8 as the lens renders it: the filter runs only where somebody is."""
        out = self._seen_through_lens.copy()
        height, width = self.ids.shape[0], self.ids.shape[1]
        for x1, y1, x2, y2 in self.changed:
            a, b = max(0, x1 - 2 * REACH_PX), max(0, y1 - 2 * REACH_PX)
            c, d = min(width, x2 + 2 * REACH_PX), min(height, y2 + 2 * REACH_PX)
            soft = through_lens(self.frame[b:d, a:c], self.response)
            p, q = max(0, x1 - REACH_PX), max(0, y1 - REACH_PX)
            r, s = min(width, x2 + REACH_PX), min(height, y2 + REACH_PX)
            out[q:s, p:r] = soft[q - b : s - b, p - a : r - a]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One person of a frame. `box` is the full extent, xyxy px, which may leave the picture; `n_pixels_alone` how many pixels the
    whole body would cover with nobody and nothing in front and no border; `keypoints` (17, 3) float32: x px, y px, visibility 0
    (outside the picture), 1 (hidden, so far), 2 (seen)."""

    number: int
    box: tuple[float, float, float, float]
    n_pixels_alone: float
    keypoints: NDArray[np.float32]


def draw_walker(
    canvas: Canvas,
    posed: Posed,
    number: int,
    *,
    shift: float = 0.0,
    velocity_m_s: tuple[float, float] = (0.0, 0.0),
    shutter_s: float = 0.0,
) -> Drawn | None:
    """Draws one person (`number` > 0); None where nothing of the person is in the picture. Order does not matter.

    `shift` (any number, one a person) moves the pattern of cloth; with `shutter_s` the person is blurred along `velocity_m_s`.
    """
    view = canvas.view
    x, y = (float(v) for v in posed.keypoints[:, :2].mean(axis=0))
    light = _light_at(canvas, x, y)
    person = patch(posed, view, light, canvas.tone, shift=shift)
    if person is None:
        return None
    shadow = cast_shadow(canvas.frame, canvas.background.floor, canvas.ids, posed, view, light)
    if shadow is not None:
        canvas.changed.append(shadow)
    height, width = person.pixels.shape[:2]
    canvas.changed.append((person.x, person.y, person.x + width, person.y + height))
    smeared = _smeared(person, view, (x, y), velocity_m_s, shutter_s)
    coverage = person.pixels if smeared is None else smeared
    alone = _blended(
        canvas.frame,
        (canvas.depth, canvas.ids),
        person.pixels,
        coverage,
        (person.x, person.y, number, smeared is None),
        _haze(canvas.background),
    )
    return Drawn(number, person.box, _whole(person, float(alone)), _keypoints(canvas, posed, number))


def visibility(canvas: Canvas, drawn: Drawn) -> float:
    """The share 0-1 of a person's pixels that are seen in the canvas as it is now: whatever hides them counts against."""
    x1, y1, x2, y2 = (int(v) for v in drawn.box)
    part = canvas.ids[max(0, y1 - 2) : max(0, y2 + 3), max(0, x1 - 2) : max(0, x2 + 3)]
    return float(min(1.0, np.count_nonzero(part == drawn.number) / max(1.0, drawn.n_pixels_alone)))


def keypoints_now(canvas: Canvas, drawn: Drawn) -> NDArray[np.float32]:
    """(17, 3) float32 key points with those hidden (1) that somebody drawn later stands in front of."""
    keypoints = drawn.keypoints.copy()
    inside = keypoints[:, 2] == 2
    x, y = keypoints[inside, 0].astype(int), keypoints[inside, 1].astype(int)
    keypoints[inside, 2] = np.where(canvas.ids[y, x] == drawn.number, 2, 1)
    return keypoints


def finish(canvas: Canvas, weather: Weather, sensor: CameraResponse, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The frame (h, w, 3) uint8 that the camera gives away: lens, what falls from the sky, noise."""
    return with_noise(fallen(canvas.rendered(), weather, rng), sensor.noise, rng)


def _light_at(canvas: Canvas, x_m: float, y_m: float) -> Light:
    """The light on somebody who stands there: without most of the sun where the floor around lies in shade."""
    light = canvas.light.at(x_m, y_m)
    if not light.is_hard:
        return light
    x, y, depth = (float(v) for v in canvas.view.project([(x_m, y_m, 0.0)])[0])
    height, width = canvas.depth.shape
    if depth <= 0 or not (0 <= x < width and 0 <= y < height):
        return light
    reach = max(2, round(0.4 * canvas.view.focal_px / depth))
    part = canvas.background.floor[
        max(0, int(y) - reach // 2) : int(y) + reach // 2 + 1, max(0, int(x) - reach) : int(x) + reach + 1
    ]
    ground = part[part > 0.2]
    if not len(ground):
        return light
    sunny = float(np.clip((ground.mean() - SHADE) / (1 - SHADE), 0, 1))
    return replace(light, colour=light.colour * np.float32(0.12 + 0.88 * sunny), shadow=light.shadow * (0.35 + 0.65 * sunny))


def _haze(background: Background) -> NDArray[np.float32]:
    return np.array([*background.fog_colour, background.fog_per_m], np.float32)


def _whole(person: Patch, inside: float) -> float:
    """Pixels of the whole body: those inside the picture, grown by the share of the box that lies outside."""
    x1, y1, x2, y2 = person.box
    height, width = person.pixels.shape[:2]
    shown_w = min(x2, person.x + width) - max(x1, person.x)
    shown_h = min(y2, person.y + height) - max(y1, person.y)
    return float(inside * max(1.0, (x2 - x1) * (y2 - y1) / max(1.0, shown_w * shown_h)))


def _smeared(
    person: Patch, view: View, at: tuple[float, float], velocity: tuple[float, float], shutter_s: float
) -> NDArray[np.float32] | None:
    """(h, w, 4) float32: levels times coverage, and coverage, blurred along the way that the person makes meanwhile; None where
    nothing is to be blurred."""
    if shutter_s <= 0:
        return None
    ends = [(at[0], at[1], 1.0), (at[0] + velocity[0] * shutter_s, at[1] + velocity[1] * shutter_s, 1.0)]
    a, b = view.project(np.array(ends))
    dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
    length = float(np.hypot(dx, dy))
    if length < 0.4:
        return None
    pixels = person.pixels
    out = np.empty((*pixels.shape[:2], 4), np.float32)
    np.multiply(pixels[..., :3], pixels[..., 3:4], out=out[..., :3])
    out[..., 3] = pixels[..., 3]
    side = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((side, side), np.float32)
    for t in np.linspace(-0.5, 0.5, 9):
        x, y = side // 2 + t * dx, side // 2 + t * dy
        i, j, fx, fy = int(x), int(y), x - int(x), y - int(y)
        kernel[j : j + 2, i : i + 2] += np.outer([1 - fy, fy], [1 - fx, fx]).astype(np.float32)
    return np.asarray(cv2.filter2D(out, -1, kernel / kernel.sum(), borderType=cv2.BORDER_CONSTANT))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _blended(frame, planes, pixels, coverage, place, haze):  # type: ignore[no-untyped-def]
    """Lays the patch over the frame where nothing nearer stands; gives how many of its pixels are more than half covered."""
    depth, ids = planes
    left, top, number, is_sharp = place
    alone = 0
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            alpha = coverage[y, x, 3]
            solid = pixels[y, x, 3] > 0.5
            if solid:
                alone += 1
            if alpha <= 0.003:
                continue
            v, u = y + top, x + left
            z = pixels[y, x, 4]
            if pixels[y, x, 3] > 0.0 and z > depth[v, u] + BEHIND_M:
                continue
            weight = alpha if is_sharp else 1.0
            thick = 1.0 - np.exp(-haze[3] * min(z, 300.0)) if pixels[y, x, 3] > 0.0 else 0.0
            for k in range(3):
                level = weight * coverage[y, x, k] * (1.0 - thick) + alpha * thick * haze[k]
                frame[v, u, k] = np.uint8(min(255.0, frame[v, u, k] * (1.0 - alpha) + level + 0.5))
            if solid:
                ids[v, u] = number
                depth[v, u] = z
    return alone


def _keypoints(canvas: Canvas, posed: Posed, number: int) -> NDArray[np.float32]:
    places = canvas.view.project(posed.keypoints)
    height, width = canvas.ids.shape[0], canvas.ids.shape[1]
    inside = (places[:, 0] >= 0) & (places[:, 1] >= 0) & (places[:, 0] < width) & (places[:, 1] < height) & (places[:, 2] > 0)
    x, y = np.clip(places[:, 0], 0, width - 1).astype(int), np.clip(places[:, 1], 0, height - 1).astype(int)
    near = places[:, 2] - canvas.depth[y, x] < INSIDE_M
    keypoints = places.copy()
    keypoints[:, 2] = np.where(inside, np.where(near & (canvas.ids[y, x] == number), 2, 1), 0)
    return keypoints
