"""The map of a city: places joined by walkways, and the cameras that look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import atan2, ceil, cos, degrees, hypot, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.city.ground import Ground, Point
from haetae.simulator.drawing.view import View

MAX_CAMERAS = 200
DRAWN_FOR_PX = 1280  # focal lengths are those of pictures so wide
_SPACING_M = 70.0
_ORIGIN = (37.5665, 126.9780)  # latitude, longitude of the map's origin
_DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What a place looks like: a scene of the drawing room with its seed, its light and its weather."""

    scene: str
    seed: int
    light: str
    weather: str


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of the city in its own plane (metres). `at_m`: east and north of its origin on the map."""

    number: int
    name: str
    setting: Setting
    ground: Ground
    at_m: Point
    gates: tuple[Point, ...] = ()  # where people come and go, out of the cameras' sight as far as possible
    zone: tuple[Point, ...] = ()  # corners of a marked zone on the floor; none where there is none

    @property
    def latitude_longitude(self) -> tuple[float, float]:
        """WGS 84 degrees of the place's origin."""
        east, north = self.at_m
        return _ORIGIN[0] + north / _DEGREE_M, _ORIGIN[1] + east / (_DEGREE_M * cos(radians(_ORIGIN[0])))


@dataclass(frozen=True, slots=True)
class Walkway:
    """A way that no camera sees, from gate `gates[0]` of `places[0]` to gate `gates[1]` of `places[1]`."""

    places: tuple[int, int]
    gates: tuple[int, int]
    length_m: float


@dataclass(frozen=True, slots=True)
class CityCamera:
    """A fixed camera; position in the plane of its place, angles as in the drawing room's View, for 1280 px of width."""

    id: str
    place: int
    position_m: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    focal_px: float
    seed: int  # of its colours and noise

    def view(self, size: ImageSize) -> View:
        """The same view in pictures of this size."""
        return View(self.position_m, self.yaw_deg, self.pitch_deg, self.focal_px * size.width / DRAWN_FOR_PX, size)


@dataclass(frozen=True, slots=True)
class CityMap:
    """Everything that does not move."""

    places: tuple[Place, ...]
    walkways: tuple[Walkway, ...]
    cameras: tuple[CityCamera, ...]

    def camera(self, id: str) -> CityCamera:
        """The camera with this id. Raises Misconfigured."""
        found = next((camera for camera in self.cameras if camera.id == id), None)
        if found is None:
            raise Misconfigured(f"The city has no camera '{id}'; it has {self.cameras[0].id} to {self.cameras[-1].id}")
        return found

    def ways_from(self, place: int) -> list[tuple[int, int, int, float]]:
        """(gate here, place there, gate there, length) of every walkway at a place."""
        return [
            (way.gates[end], way.places[1 - end], way.gates[1 - end], way.length_m)
            for way in self.walkways
            for end in (0, 1)
            if way.places[end] == place
        ]


def city_map(
    seed: int, n_cameras: int, settings: Callable[[np.random.Generator], Setting], ground: Callable[[Setting], Ground]
) -> CityMap:
    """The map of a seed. One place in four or so has two cameras, whose views overlap.

    `settings` draws what a place looks like, `ground` tells where in it one can walk. Raises Misconfigured.
    """
    if not 1 <= n_cameras <= MAX_CAMERAS:
        raise Misconfigured(f"A city has 1 to {MAX_CAMERAS} cameras, not {n_cameras}")
    rng = np.random.default_rng([seed, 1])
    n_places = n_cameras - n_cameras // 5
    cells = _cells(n_places)
    places: list[Place] = []
    cameras: list[CityCamera] = []
    for number, cell in enumerate(cells):
        setting = settings(rng)
        here = ground(setting)
        jitter = rng.uniform(-12, 12, 2)
        at_m = (cell[0] * _SPACING_M + float(jitter[0]), cell[1] * _SPACING_M + float(jitter[1]))
        n_here = 2 if number < n_cameras - n_places else 1
        views = [_camera(f"cam-{len(cameras) + k + 1:02d}", number, here, k, rng) for k in range(n_here)]
        cameras += views
        zone = _zone(here, rng) if number % 2 == 0 else ()
        places.append(Place(number, f"{setting.scene}-{number + 1}", setting, here, at_m, _gates(here, views, rng), zone))
    return CityMap(tuple(places), tuple(_walkways(places, cells, rng)), tuple(cameras))


def _cells(n: int) -> list[tuple[int, int]]:
    """n cells of a grid that is about square, row by row."""
    width = ceil(sqrt(n))
    return [(k % width, k // width) for k in range(n)]


def _camera(id: str, place: int, ground: Ground, which: int, rng: np.random.Generator) -> CityCamera:
    """A camera that sees the stage: the first from its near end, the second from its far end, back and across."""
    stage, height = ground.stage, float(rng.uniform(*ground.heights_m))
    middle_y = (stage.y1 + stage.y2) / 2
    half = (stage.y2 - stage.y1) / 2
    away = float(rng.uniform(3.0, 5.0))
    side = float(rng.uniform(-0.7, 0.7)) * half if which == 0 else float(rng.choice([-1.0, 1.0])) * (half * 0.9 + 0.3)
    x = stage.x1 - away if which == 0 else stage.x2 + 0.4 * away
    target_x = stage.x1 + (0.42 if which == 0 else 0.5) * (stage.x2 - stage.x1)
    target_y = middle_y + float(rng.uniform(-0.3, 0.3)) * half
    distance = hypot(target_x - x, target_y - (middle_y + side))
    yaw = degrees(atan2(target_y - (middle_y + side), target_x - x))
    pitch = degrees(atan2(height - 0.7, distance))
    return CityCamera(
        id, place, (x, middle_y + side, height), yaw, pitch, float(rng.uniform(850, 1050)), int(rng.integers(1 << 31))
    )


def _zone(ground: Ground, rng: np.random.Generator) -> tuple[Point, ...]:
    """A square of free floor on the stage, turned a little."""
    points = ground.free_points(ground.stage)
    if not len(points):
        return ()
    middle = points[rng.integers(len(points))]
    middle = np.clip(middle, [ground.stage.x1 + 3, ground.stage.y1 + 1], [ground.stage.x2 - 4, ground.stage.y2 - 1])
    side, turn = float(rng.uniform(2.0, 3.0)), float(rng.uniform(-20, 20))
    corners = []
    for k in range(4):
        angle = radians(turn + 45 + 90 * k)
        corners.append((float(middle[0] + side * 0.7 * cos(angle)), float(middle[1] + side * 0.7 * sin(angle))))
    return tuple(corners)


def _gates(ground: Ground, cameras: Sequence[CityCamera], rng: np.random.Generator) -> tuple[Point, ...]:
    """Up to four ways out, apart from each other: where a person coming would be least seen."""
    points = ground.free_points(ground.whole)
    if not len(points):
        raise Misconfigured("A scene leaves no floor to walk on")
    size = np.max([seen_height_px(camera, points) for camera in cameras], axis=0)
    order = np.argsort(np.maximum(size, 45) + rng.uniform(0, 12, len(points)))
    gates: list[Point] = []
    for apart in (6.0, 3.0, 1.0):
        for k in order:
            x, y = float(points[k, 0]), float(points[k, 1])
            if len(gates) < 4 and size[k] < 90 and all(hypot(x - g[0], y - g[1]) >= apart for g in gates):
                gates.append((x, y))
    return tuple(gates) or ((float(points[order[0], 0]), float(points[order[0], 1])),)


def seen_height_px(camera: CityCamera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how tall, in pixels of a 1280x720 picture, somebody at each of (n, 2) points shows; 0 where none of it is seen."""
    view = camera.view(ImageSize(DRAWN_FOR_PX, 720))
    feet = view.project(np.column_stack([points, np.zeros(len(points))]))
    head = view.project(np.column_stack([points, np.full(len(points), 1.7)]))
    height = np.abs(feet[:, 1] - head[:, 1])
    x, y = (feet[:, 0] + head[:, 0]) / 2, (feet[:, 1] + head[:, 1]) / 2
    seen = (np.minimum(feet[:, 2], head[:, 2]) > 0.5) & (np.abs(x - 640) < 640 + 0.25 * height)
    return np.where(seen & (np.abs(y - 360) < 360 + 0.5 * height), height, 0.0).astype(np.float64)


def _walkways(places: Sequence[Place], cells: Sequence[tuple[int, int]], rng: np.random.Generator) -> list[Walkway]:
    """Neighbours on the grid, joined: each to the one before it, and most others."""
    number = {cell: k for k, cell in enumerate(cells)}
    degree = [0] * len(places)
    ways = []
    for k, (column, row) in enumerate(cells):
        for other, always in (((column - 1, row), True), ((column, row - 1), column == 0)):
            if other in number and (always or rng.random() < 0.7):
                ways.append(_walkway(places[number[other]], places[k], degree))
    return ways


def _walkway(a: Place, b: Place, degree: list[int]) -> Walkway:
    ends = []
    for place in (a, b):
        ends.append(degree[place.number] % len(place.gates))
        degree[place.number] += 1
    length = 0.35 * hypot(a.at_m[0] - b.at_m[0], a.at_m[1] - b.at_m[1])
    return Walkway((a.number, b.number), (ends[0], ends[1]), round(length, 1))
