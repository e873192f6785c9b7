"""The stage that scenes are built on: solids, patches on the ground, and their materials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.noise import volume
from haetae.simulator.drawing.solids import N_NUMBERS, OPEN_LEAVES, OPEN_MESH, Shape, extents, tree
from haetae.simulator.drawing.surfaces import N_COLUMNS, Kind
from haetae.simulator.drawing.trace import Place

Colour = Sequence[float]
"""BGR 0-255 as a screen shows it."""


CLEAR_M = 2.6
WALL_M = 7.0  # what is longer stays


class Stage:
    """What a scene puts in the world. Every method takes metres; x east, y left, z up, the ground is z = 0."""

    def __init__(self, rng: np.random.Generator, light: Light) -> None:
        self.rng, self.light = rng, light
        self.base = 0
        self._table: list[list[float]] = []
        self._shapes: list[list[float]] = []
        self._of: list[tuple[int, int, bool]] = []
        self._floor: list[list[float]] = []

    def uniform(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in this share of the stages."""
        return bool(self.rng.random() < share)

    def pick(self, choices: Sequence[Colour]) -> Colour:
        """One of some colours, a little lighter or darker."""
        chosen = np.asarray(choices[int(self.rng.integers(len(choices)))], np.float64)
        return tuple(np.clip(chosen * self.rng.uniform(0.85, 1.15) + self.rng.normal(0, 4, 3), 8, 245))

    def material(
        self,
        kind: Kind,
        a: Colour,
        b: Colour = (60, 60, 60),
        size: tuple[float, float] = (1.0, 1.0),
        uneven: float = 0.3,
        gloss: float = 0.0,
    ) -> int:
        """A new material: its row in the table."""
        row = [float(kind), *_linear(a), *_linear(b), *size, uneven, gloss, float(self.rng.random())]
        self._table.append(row)
        return len(self._table) - 1

    def paint(self, colour: Colour, gloss: float = 0.0) -> int:
        """A plain material."""
        return self.material(Kind.PLAIN, colour, tuple(0.7 * c for c in colour), uneven=0.25, gloss=gloss)

    def box(
        self,
        low: tuple[float, float, float],
        high: tuple[float, float, float],
        material: int,
        *,
        holes: int = 0,
        casts: bool = True,
    ) -> None:
        """A box along the axes between two corners."""
        centre = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        half = [max(abs(b - a) / 2, 1e-3) for a, b in zip(low, high, strict=True)]
        self._put([Shape.BOX, *centre, *half, 1.0, 0.0], material, holes, casts)

    def block(
        self,
        at: tuple[float, float, float],
        size: tuple[float, float, float],
        material: int,
        yaw_deg: float = 0.0,
        *,
        holes: int = 0,
    ) -> None:
        """A box of a size that stands with the middle of its base at a place, turned."""
        yaw = np.radians(yaw_deg)
        row = [
            Shape.BOX,
            at[0],
            at[1],
            at[2] + size[2] / 2,
            *(max(v / 2, 1e-3) for v in size),
            float(np.cos(yaw)),
            float(np.sin(yaw)),
        ]
        self._put(row, material, holes, True)

    def rod(self, a: tuple[float, float, float], b: tuple[float, float, float], radius: float, material: int) -> None:
        """A bar with round ends."""
        self._put([Shape.CAPSULE, *a, *b, radius, 0.0], material, 0, True)

    def drum(self, a: tuple[float, float, float], b: tuple[float, float, float], radius: float, material: int) -> None:
        """A cylinder with flat ends."""
        self._put([Shape.CYLINDER, *a, *b, radius, 0.0], material, 0, True)

    def ball(
        self, at: tuple[float, float, float], radii: tuple[float, float, float], material: int, *, leaves: bool = False
    ) -> None:
        """An ellipsoid; as foliage it is ragged."""
        self._put([Shape.ELLIPSOID, *at, *radii, 0.0, 0.0], material, OPEN_LEAVES if leaves else 0, True)
        if leaves:  # a second, darker layer inside closes most of the gaps
            self._put([Shape.ELLIPSOID, *at, *(0.86 * r for r in radii), 0.0, 0.0], material, OPEN_LEAVES, True)
            self._put([Shape.ELLIPSOID, *at, *(0.66 * r for r in radii), 0.0, 0.0], material, 0, True)

    def fence(self, a: tuple[float, float], b: tuple[float, float], height: float, material: int, lift: float = 0.0) -> None:
        """Upright bars between two places."""
        dx, dy = b[0] - a[0], b[1] - a[1]
        self.block(
            ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, lift),
            (float(np.hypot(dx, dy)), 0.03, height),
            material,
            float(np.degrees(np.arctan2(dy, dx))),
            holes=OPEN_MESH,
        )

    def patch(
        self,
        x: float,
        y: float,
        size: tuple[float, float],
        material: int,
        *,
        yaw_deg: float = 0.0,
        round_: bool = False,
        look: tuple[float, float] = (1.0, 0.0),
    ) -> None:
        """Something flat on the ground, over what was laid before; `look` is its opacity and wear, 0-1."""
        yaw = np.radians(yaw_deg)
        self._floor.append(
            [float(round_), x, y, size[0] / 2, size[1] / 2, float(np.cos(yaw)), float(np.sin(yaw)), material, *look]
        )

    def _put(self, row: Sequence[float], material: int, holes: int, casts: bool) -> None:
        self._shapes.append([float(v) for v in row])
        self._of.append((material, holes, casts))

    def place(self, keep_clear: tuple[float, float, float] | None = None) -> Place:
        """Everything as the ray caster takes it but small things close to `keep_clear`: nobody hangs a camera behind a lamp."""
        of = np.array(self._of, np.int64).reshape(-1, 3)
        shapes = np.array(self._shapes, np.float64).reshape(-1, N_NUMBERS)
        if keep_clear is not None:
            low, high = np.split(extents(shapes), 2, axis=1)
            gap = np.linalg.norm(np.maximum(0.0, np.maximum(low - keep_clear, keep_clear - high)), axis=1)
            far = (gap > CLEAR_M) | ((high - low).max(axis=1) > WALL_M)
            of, shapes = of[far], shapes[far]
        solids = tree(shapes, of[:, 0].astype(np.int32), of[:, 1].astype(np.int32), of[:, 2].astype(np.bool_))
        floor: NDArray[np.float64] = np.array(self._floor, np.float64).reshape(-1, 10)
        return Place(solids, np.array(self._table, np.float64).reshape(-1, N_COLUMNS), floor, int(self.base), volume())


def _linear(colour: Colour) -> list[float]:
    return [float((c / 255.0) ** 2.2) for c in colour]
