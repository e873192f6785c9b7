"""One camera of a city as pictures: who is in each frame is known, because they were drawn."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.simulator.city import surroundings
from haetae.simulator.city.acting import posture_of
from haetae.simulator.city.agenda import MOVING
from haetae.simulator.city.city import City, State
from haetae.simulator.city.ground import Point
from haetae.simulator.city.map import CityCamera
from haetae.simulator.city.people import identity_of
from haetae.simulator.drawing.background import Background, background
from haetae.simulator.drawing.painter import Canvas, Drawn, draw_walker, finish, keypoints_now, visibility
from haetae.simulator.drawing.response import response
from haetae.simulator.drawing.view import View
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.gait import Style, style_of
from haetae.simulator.people.postures import Place as Spot

Frame = NDArray[np.uint8]
_KEPT_FIGURES = 80
SHUTTER_S = 1 / 60
_LINE_M = 0.12
_YELLOW = np.array([30.0, 190.0, 225.0])


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Somebody in a frame. `box` is the full extent, xyxy px, and may leave the picture; `visibility` 0-1 of the person's pixels;
    `keypoints` (17, 3) float32: x px, y px, 0 outside, 1 hidden, 2 seen."""

    number: int
    box: tuple[float, float, float, float]
    visibility: float
    keypoints: NDArray[np.float32]
    state: State


class Cast:
    """The figures of a city's walkers, made when they are first needed; at most some tens are kept."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._kept: OrderedDict[int, tuple[Figure, Style]] = OrderedDict()

    def __getitem__(self, number: int) -> tuple[Figure, Style]:
        if number not in self._kept:
            who = identity_of(self._city.walkers[number - 1])
            self._kept[number] = (figure(who), style_of(who))
            if len(self._kept) > _KEPT_FIGURES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]


class Filming:
    """What one camera sees. Making it draws the empty place (seconds); `film` may be called for any instants, in any order."""

    def __init__(self, city: City, camera: CityCamera, size: ImageSize, figures: Cast) -> None:
        self._city, self._camera, self._figures = city, camera, figures
        setting = city.map.places[camera.place].setting
        rng = np.random.default_rng([camera.seed, 5])
        self._response = response(rng)
        self._weather = surroundings.weather_of(setting)
        light = surroundings.light_of(setting)
        view = camera.view(size)
        empty: Background = background(
            setting.scene, view, light, self._weather, self._response, surroundings.layout_rng(setting)
        )
        _mark(empty, view, city.map.places[camera.place].zone)
        self._canvas = Canvas(view, empty, light, self._response)

    @property
    def canvas(self) -> Canvas:
        """The canvas as the last frame left it."""
        return self._canvas

    def film(self, at_s: float) -> tuple[Frame, list[Seen]]:
        """The picture (h, w, 3) uint8 BGR of one instant, always the same, and who is in it, nearest last."""
        self._canvas.clear()
        drawn = [(state, one) for state in self._city.states(self._camera.id, at_s) if (one := self._draw(state)) is not None]
        rng = np.random.default_rng([self._camera.seed, round(at_s * 1000)])
        picture = finish(self._canvas, self._weather, self._response, rng)
        return picture, [self._seen(state, one) for state, one in drawn]

    def _draw(self, state: State) -> Drawn | None:
        who, style = self._figures[state.number]
        spot = (state.x_m, state.y_m, 0.9)
        if self._canvas.view.project(np.array([spot]))[0, 2] < 1.2:
            return None  # beside or below the lens
        height_px = self._canvas.view.focal_px * who.identity.stature_m / max(1.0, self._canvas.view.distance_m(spot))
        posed = who.posed(posture_of(state, style), Spot(state.x_m, state.y_m, state.heading_deg), who.level_for(height_px))
        turn = radians(state.heading_deg)
        speed = state.speed_mps if state.act in MOVING else 0.0
        velocity = (speed * cos(turn), speed * sin(turn))
        shift = float(state.number * 0.618 % 1.0) * 30
        return draw_walker(self._canvas, posed, state.number, shift=shift, velocity_m_s=velocity, shutter_s=SHUTTER_S)

    def _seen(self, state: State, drawn: Drawn) -> Seen:
        share = visibility(self._canvas, drawn)
        return Seen(drawn.number, drawn.box, share, keypoints_now(self._canvas, drawn), state)


def _mark(empty: Background, view: View, zone: tuple[Point, ...]) -> None:
    """Paints a zone's border on the floor of the empty place, in place: a yellow line, where nothing stands on it."""
    if not zone:
        return
    ring = np.array([(*a, 0.0, *b, 0.0) for a, b in zip(zone, zone[1:] + zone[:1], strict=True)])
    share = np.linspace(0, 1, 60)[:, None]
    points = view.project(np.concatenate([side[:3] * (1 - share) + side[3:] * share for side in ring]))
    if points[:, 2].min() < 1.0:
        return
    layer = np.zeros(empty.depth.shape, np.uint8)
    for (x, y, depth), (u, v, _) in pairwise([*points, points[0]]):
        width = max(1, round(_LINE_M * view.focal_px / float(depth)))
        cv2.line(layer, (round(float(x)), round(float(y))), (round(float(u)), round(float(v))), 255, width, cv2.LINE_AA)
    opacity = (layer / 255.0 * np.minimum(empty.floor, 1.0) * 0.75)[..., None]
    light = empty.pixels.astype(np.float64).max(axis=2, keepdims=True) / 150.0
    painted = empty.pixels * (1 - opacity) + np.clip(_YELLOW * np.clip(light, 0.15, 1.3), 0, 255) * opacity
    empty.pixels[:] = painted.astype(np.uint8)
