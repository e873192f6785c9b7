"""Where people can walk in a place: free floor between obstacles, and ways through it."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot

import numpy as np
from numpy.typing import NDArray

CELL_M = 0.5
CLEARANCE_M = 0.4  # from the middle of a walker to an obstacle
_STRAIGHT, _DIAGONAL = 1.0, 2.0**0.5
_STEPS = [(dx, dy, _DIAGONAL if dx and dy else _STRAIGHT) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]

Point = tuple[float, float]
"""Metres in a place's own plane: x forward, y left."""


@dataclass(frozen=True, slots=True)
class Area:
    """An upright rectangle of floor, metres."""

    x1: float
    y1: float
    x2: float
    y2: float

    def contains(self, x: float, y: float, margin_m: float = 0.0) -> bool:
        """Whether the point lies inside, or at most `margin_m` outside."""
        return self.x1 - margin_m <= x <= self.x2 + margin_m and self.y1 - margin_m <= y <= self.y2 + margin_m


@dataclass(frozen=True)
class Ground:
    """`stage` is where things happen, `whole` all that can be walked on (ways out included), but for the `obstacles`."""

    stage: Area
    whole: Area
    obstacles: tuple[Area, ...] = ()
    heights_m: tuple[float, float] = (3.0, 6.0)  # at which cameras can hang

    def is_free(self, x: float, y: float) -> bool:
        """Whether somebody can stand there."""
        return self.whole.contains(x, y) and not any(each.contains(x, y, CLEARANCE_M) for each in self.obstacles)

    @cached_property
    def _free(self) -> NDArray[np.bool_]:
        """(n_x, n_y) bool: cells whose middle is free and that belong to the largest connected part."""
        n_x, n_y = (int(np.ceil(side / CELL_M)) for side in (self.whole.x2 - self.whole.x1, self.whole.y2 - self.whole.y1))
        free = np.array([[self.is_free(*self._middle(i, j)) for j in range(n_y)] for i in range(n_x)], dtype=np.bool_)
        return _largest_part(free)

    def _middle(self, i: int, j: int) -> Point:
        return self.whole.x1 + (i + 0.5) * CELL_M, self.whole.y1 + (j + 0.5) * CELL_M

    def _cell(self, point: Point) -> tuple[int, int]:
        """The free cell nearest to the point."""
        cells = np.argwhere(self._free)
        middles = (cells + 0.5) * CELL_M + (self.whole.x1, self.whole.y1)
        nearest = cells[np.argmin(((middles - point) ** 2).sum(axis=1))]
        return int(nearest[0]), int(nearest[1])

    def free_points(self, within: Area) -> NDArray[np.float64]:
        """(n, 2) middles of the reachable free cells in `within`, metres."""
        middles = (np.argwhere(self._free) + 0.5) * CELL_M + (self.whole.x1, self.whole.y1)
        inside = (middles[:, 0] >= within.x1) & (middles[:, 0] <= within.x2)
        inside &= (middles[:, 1] >= within.y1) & (middles[:, 1] <= within.y2)
        return np.asarray(middles[inside], dtype=np.float64)

    def clear(self, a: Point, b: Point) -> bool:
        """Whether the straight way from `a` to `b` is free."""
        n = max(2, int(hypot(b[0] - a[0], b[1] - a[1]) / 0.25) + 1)
        return all(self.is_free(a[0] + (b[0] - a[0]) * k / n, a[1] + (b[1] - a[1]) * k / n) for k in range(1, n))

    def way(self, start: Point, goal: Point) -> list[Point]:
        """Corners of a short free way from `start` to `goal`, the goal included: A* over cells, then pulled straight."""
        if not self.obstacles or self.clear(start, goal):
            return [goal]
        cells = _shortest(self._free, self._cell(start), self._cell(goal))
        return _pulled(self, [start, *(self._middle(*cell) for cell in cells), goal])


def _pulled(ground: Ground, points: Sequence[Point]) -> list[Point]:
    kept, at = [], 0
    while at < len(points) - 1:
        further = (k for k in range(len(points) - 1, at + 1, -1) if ground.clear(points[at], points[k]))
        at = next(further, at + 1)
        kept.append(points[at])
    return kept


def _shortest(free: NDArray[np.bool_], start: tuple[int, int], goal: tuple[int, int]) -> list[tuple[int, int]]:
    """The cells after `start` up to `goal` (Hart, Nilsson, Raphael 1968); both belong to one connected part."""
    queue = [(0.0, start)]
    cost, came = {start: 0.0}, {start: start}
    while queue:
        _, cell = heapq.heappop(queue)
        if cell == goal:
            break
        for dx, dy, length in _STEPS:
            step = (cell[0] + dx, cell[1] + dy)
            inside = 0 <= step[0] < free.shape[0] and 0 <= step[1] < free.shape[1]
            if inside and free[step] and cost[cell] + length < cost.get(step, np.inf):
                cost[step], came[step] = cost[cell] + length, cell
                heapq.heappush(queue, (cost[step] + hypot(step[0] - goal[0], step[1] - goal[1]), step))
    way = [goal]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[-2::-1]


def _largest_part(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only the largest 8-connected part of the free cells. A place without any free cell stays empty."""
    left = free.copy()
    best = np.zeros_like(free)
    while left.any():
        part = np.zeros_like(free)
        first = np.argwhere(left)[0]
        todo = [(int(first[0]), int(first[1]))]
        left[todo[0]] = False
        while todo:
            cell = todo.pop()
            part[cell] = True
            for dx, dy, _ in _STEPS:
                step = (cell[0] + dx, cell[1] + dy)
                if 0 <= step[0] < free.shape[0] and 0 <= step[1] < free.shape[1] and left[step]:
                    left[step] = False
                    todo.append(step)
        if part.sum() > best.sum():
            best = part
    return best
