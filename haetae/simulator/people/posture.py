"""A posture: every joint's angle, how the body is turned to the floor, and what lies between two postures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.kinematics import turn

Array = NDArray[np.float64]
_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


def turned(axis: str, degrees: float) -> Array:
    """(3, 3) rotation about a world axis."""
    return np.asarray(turn(*_AXES[axis], float(degrees)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the floor, metres of the world, and which way: degrees anticlockwise from +x."""

    x_m: float = 0.0
    y_m: float = 0.0
    heading_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Arm:
    """Degrees: `forward` of the upper arm (180 is up), `spread` sideways, `inward` turn about its own axis, `elbow` flexion."""

    forward: float = 0.0
    spread: float = 8.0
    inward: float = 0.0
    elbow: float = 12.0


@dataclass(frozen=True, slots=True)
class Leg:
    """Degrees: `hip` flexion, `spread` sideways, `outward` turn about its own axis, `knee` flexion, `ankle` (toes up)."""

    hip: float = 0.0
    spread: float = 0.0
    outward: float = 4.0
    knee: float = 4.0
    ankle: float = 0.0


@dataclass(frozen=True, slots=True)
class Tilt:
    """The body against the floor: `pitch` 90 face down, -90 on the back; `roll` 90 on the right side, -90 on the left."""

    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, slots=True)
class Posture:
    """All joints, in degrees. `lying`: None upright. `forward_m`, `left_m`: the pelvis off the place; `lift_m`: off the floor."""

    left_arm: Arm = Arm()
    right_arm: Arm = Arm()
    left_leg: Leg = Leg()
    right_leg: Leg = Leg()
    pelvis_turn: float = 0.0
    pelvis_roll: float = 0.0
    lean: float = 2.0
    bend: float = 0.0
    twist: float = 0.0
    stoop: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    head_tilt: float = 0.0
    lying: Tilt | None = None
    forward_m: float = 0.0
    left_m: float = 0.0
    lift_m: float = 0.0

    def angles(self) -> Array:
        """(27,) float64 in the order of `kinematics`."""
        arms = [v for arm in (self.left_arm, self.right_arm) for v in (arm.forward, arm.spread, arm.inward, arm.elbow)]
        legs = [v for leg in (self.left_leg, self.right_leg) for v in (leg.hip, leg.spread, leg.outward, leg.knee, leg.ankle)]
        trunk = [self.pelvis_turn, self.pelvis_roll, self.lean, self.bend, self.twist, self.stoop]
        return np.array([*trunk, self.head_yaw, self.head_pitch, self.head_tilt, *arms, *legs], dtype=np.float64)

    def attitude(self) -> Array:
        """(3, 3) how the whole body is turned to the floor."""
        if self.lying is None:
            return np.eye(3)
        return np.asarray(turned("y", self.lying.pitch) @ turned("x", self.lying.roll))


class PostureKind(StrEnum):
    WALK = "walk"
    RUN = "run"
    STAND = "stand"
    BEND = "bend"
    CROUCH = "crouch"
    SIT = "sit"
    LIE = "lie"
    FALL = "fall"


class LyingKind(StrEnum):
    PRONE = "prone"
    SUPINE = "supine"
    SIDE = "side"


def blended(start: Posture, end: Posture, share: float) -> Posture:
    """The posture `share` 0-1 of the way from one to another, joint by joint."""
    values: dict[str, object] = {}
    for field in fields(Posture):
        values[field.name] = _between(getattr(start, field.name), getattr(end, field.name), share)
    return Posture(**values)  # type: ignore[arg-type]


def _between(first: object, last: object, share: float) -> object:
    if isinstance(first, float | int) and isinstance(last, float | int):
        return first + (last - first) * share
    if first is None and last is None:
        return None
    here, there = first or Tilt(), last or Tilt()
    assert isinstance(here, Arm | Leg | Tilt)
    values = {field.name: _between(getattr(here, field.name), getattr(there, field.name), share) for field in fields(here)}
    return type(here)(**values)  # type: ignore[arg-type]
