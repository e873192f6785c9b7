"""What people do: walking, running, standing, sitting, bending, crouching, telephoning, lying, and falling into it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from haetae.simulator.people.falls import falling, lying
from haetae.simulator.people.gait import Style, stride, style_of
from haetae.simulator.people.posture import Arm, Leg, LyingKind, Place, Posture, PostureKind, Tilt, blended

__all__ = [
    "Arm", "Leg", "LyingKind", "Place", "Posture", "PostureKind", "Style", "Tilt", "any_posture", "bending", "blended",
    "crouching", "falling", "lying", "phoning", "running", "sitting", "standing", "style_of", "tying_shoe", "walking",
]  # fmt: skip


def walking(phase: float, style: Style, *, speed: float = 1.0) -> Posture:
    """One moment of a walk: `phase` in cycles (two steps; the left heel strikes at 0), `speed` against the natural one."""
    return _gait(phase, style, style.amplitude * float(np.clip(speed, 0.2, 1.6)) ** 0.6, 0.0)


def running(phase: float, style: Style, *, effort: float = 0.8) -> Posture:
    """One moment of a run; `effort` 0.4 (a jog) to 1.2."""
    moment = _gait(phase, style, 1.1, effort)
    return replace(moment, lift_m=0.03 * effort * max(0.0, float(np.cos(4 * np.pi * (phase - 0.42)))))


def _gait(phase: float, style: Style, amplitude: float, run: float) -> Posture:
    left = _striding(phase, style, amplitude * (1 - style.limp), run)
    right = _striding(phase + 0.5, style, amplitude, run)
    wave = float(np.cos(2 * np.pi * phase))
    return Posture(
        left_arm=_swinging(phase, style, amplitude, run, busy=style.left_busy),
        right_arm=_swinging(phase + 0.5, style, amplitude, run, busy=style.right_busy),
        left_leg=left,
        right_leg=right,
        pelvis_turn=4 * amplitude * style.sway * wave,
        pelvis_roll=2.5 * amplitude * style.sway * float(np.sin(2 * np.pi * phase)),
        lean=style.lean + 8 * run,
        twist=-9 * amplitude * wave,
        stoop=style.stoop,
        head_yaw=style.head_yaw,
        head_pitch=style.head_pitch,
    )


def _striding(phase: float, style: Style, amplitude: float, run: float) -> Leg:
    hip, knee, ankle = stride(phase)
    return Leg(
        hip=hip * amplitude * (1 + 0.35 * run) + style.knees * 0.8,
        spread=-2.5,
        outward=style.toes_out,
        knee=max(knee * (0.75 + 0.25 * amplitude) * (1 + 0.5 * run) + 15 * run + style.knees * 1.4, 0.0),
        ankle=ankle * amplitude + style.knees * 0.6,
    )


def _swinging(phase: float, style: Style, amplitude: float, run: float, *, busy: bool) -> Arm:
    wave = float(np.cos(2 * np.pi * phase))
    if busy:
        return Arm(forward=-0.3 * style.swing * amplitude * wave, spread=style.arm_spread + 3, elbow=10)
    if style.pocketed and run == 0:
        return Arm(-16 - 3 * wave, style.arm_spread + 5, 30, 46)
    forward = -style.swing * amplitude * (1 + 0.8 * run) * wave - 1 + 10 * run
    return Arm(forward, style.arm_spread, 10 + 15 * run, 14 + 6 * (1 - wave) * amplitude + 65 * run)


def standing(t_s: float, style: Style, *, occupation: int = 0) -> Posture:
    """Standing and looking round, `t_s` seconds in. `occupation`: 0 idle, 1 reading a telephone, 2 gesturing, 3 arms folded,
    4 hands on the hips, 5 waving."""
    wave = float(np.sin(0.9 * t_s + style.rhythm))
    slow = float(np.sin(0.4 * t_s + style.rhythm))
    bent = style.knees
    base = Posture(
        left_arm=Arm(2 + 2 * wave, style.arm_spread + 1, 8, 12 + bent),
        right_arm=Arm(1 - 2 * wave, style.arm_spread + 1, 8, 14 + bent),
        left_leg=Leg(2 + 2 * slow + bent * 0.8, 0.5, style.toes_out + 3, 5 + bent * 1.4, bent * 0.6),
        right_leg=Leg(-2 * slow + bent * 0.8, 0.5, style.toes_out + 3, 6 + bent * 1.4, bent * 0.6),
        pelvis_roll=1.5 * slow,
        lean=style.lean * 0.6,
        twist=8 * slow,
        stoop=style.stoop,
        head_yaw=30 * float(np.sin(0.33 * t_s + 2 * style.rhythm)),
        head_pitch=style.head_pitch + 4 * wave,
    )
    return _burdened(_occupied(base, occupation, t_s, (wave, slow)), style)


def _occupied(base: Posture, occupation: int, t_s: float, waves: tuple[float, float]) -> Posture:
    wave, slow = waves
    if occupation == 1:
        return replace(base, right_arm=Arm(38, 6, 30, 102), left_arm=Arm(10, 8, 15, 35), head_pitch=24, head_yaw=0)
    if occupation == 2:
        return replace(base, right_arm=Arm(25, 14, 10, 72 + 20 * wave), left_arm=Arm(18, 14, 10, 78 - 18 * slow))
    if occupation == 3:
        return replace(base, right_arm=Arm(24, 4, 62, 100), left_arm=Arm(22, 4, 62, 96))
    if occupation == 4:
        return replace(base, right_arm=Arm(-12, 38, 55, 92), left_arm=Arm(-12, 38, 55, 92))
    if occupation == 5:
        return replace(base, right_arm=Arm(150, 30, 0, 35 + 25 * float(np.sin(6 * t_s))))
    return base


def _burdened(posture: Posture, style: Style) -> Posture:
    """The same, with the arm that carries something hanging."""
    if style.left_busy:
        posture = replace(posture, left_arm=Arm(min(posture.left_arm.forward, 12), style.arm_spread + 3, 0, 10))
    if style.right_busy:
        posture = replace(posture, right_arm=Arm(min(posture.right_arm.forward, 12), style.arm_spread + 3, 0, 10))
    return posture


def phoning(posture: Posture, style: Style | None = None) -> Posture:
    """The same with the right hand at the ear, or the left where the style's right hand is busy."""
    if style is not None and style.right_busy:
        return replace(posture, left_arm=Arm(67, 32, 0, 148), head_tilt=-6, head_pitch=8)
    return replace(posture, right_arm=Arm(67, 32, 0, 148), head_tilt=6, head_pitch=8)


def sitting(rng: np.random.Generator, style: Style, *, on_floor: bool = False) -> Posture:
    """Sitting on a bench (none is drawn) or on the floor with the legs out or drawn up."""
    u = rng.uniform
    yaw, pitch = u(-35, 35), u(0, 25)
    if on_floor:
        drawn_up = rng.random() < 0.5
        legs = [
            Leg(u(126, 138), u(2, 14), 4, u(98, 116), u(-5, 12)) if drawn_up else Leg(u(80, 90), u(2, 14), 8, u(0, 18), u(-20, 0))
            for _ in range(2)
        ]
        arms = [
            Arm(u(40, 70), u(4, 14), 20, u(15, 60)) if drawn_up or rng.random() < 0.6 else Arm(u(-45, -25), u(12, 24), 0, 8)
            for _ in range(2)
        ]
        lean = u(8, 30) if drawn_up else u(-12, 18)
        return Posture(arms[0], arms[1], legs[0], legs[1], lean=lean, stoop=style.stoop, head_yaw=yaw, head_pitch=pitch)
    legs = [Leg(u(78, 92), u(0, 12), 4, u(72, 100), u(-4, 8)) for _ in range(2)]
    arms = [Arm(u(18, 42), u(5, 14), 22, u(45, 82)) for _ in range(2)]
    if rng.random() < 0.3:
        arms[1] = Arm(38, 8, 30, 105)
    return Posture(arms[0], arms[1], legs[0], legs[1], lean=u(-10, 22), stoop=style.stoop, head_yaw=yaw, head_pitch=pitch)


def bending(share: float, style: Style, *, reach: float = 0.8) -> Posture:
    """Bending down over straight legs, as to pick something up: `share` 0 upright to 1 down; `reach` of the hands."""
    down = Posture(
        left_arm=Arm(70 * reach, 8, 5, 15),
        right_arm=Arm(85 * reach, 6, 5, 12),
        left_leg=Leg(18, 0, style.toes_out, 24, 4),
        right_leg=Leg(12, 0, style.toes_out, 16, 3),
        lean=80,
        stoop=style.stoop * 0.5 + 12,
        head_pitch=-8,
    )
    return blended(standing(0.0, style), down, float(np.clip(share, 0, 1)))


def crouching(style: Style, *, depth: float = 1.0) -> Posture:
    """Squatting; `depth` 0 upright to 1 down on the heels."""
    down = Posture(
        left_arm=Arm(55, 10, 20, 50),
        right_arm=Arm(55, 10, 20, 55),
        left_leg=Leg(112, 10, 10, 128, 26),
        right_leg=Leg(108, 10, 10, 126, 26),
        lean=30,
        stoop=style.stoop,
        head_pitch=5,
    )
    return blended(standing(0.0, style), down, float(np.clip(depth, 0, 1)))


def tying_shoe(t_s: float, style: Style, *, side: int = 1) -> Posture:
    """Down on one knee over the other shoe, the hands at its laces; `side` 1 the left shoe."""
    pull = 6 * float(np.sin(3.0 * t_s))
    standing_leg, kneeling = Leg(112, 4, 2, 112, 8), Leg(22, 2, 0, 112, -30)
    legs = (standing_leg, kneeling) if side > 0 else (kneeling, standing_leg)
    arms = (Arm(62 + pull, 2, 12, 22), Arm(66 - pull, 0, 22, 24))
    return Posture(arms[0], arms[1], legs[0], legs[1], lean=62, bend=-6.0 * side, stoop=style.stoop * 0.5 + 10, head_pitch=4)


_OCCUPATIONS = 6


def any_posture(rng: np.random.Generator, kind: PostureKind, style: Style) -> Posture:
    """One posture of a kind, drawn with all its variety (for training pictures)."""
    drawn = _DRAWN[kind](rng, style)
    if rng.random() < 0.5 and kind in (PostureKind.WALK, PostureKind.STAND, PostureKind.SIT, PostureKind.BEND):
        drawn = replace(
            drawn, head_yaw=drawn.head_yaw + float(rng.uniform(-35, 35)), head_pitch=drawn.head_pitch + float(rng.uniform(-8, 12))
        )
    return drawn


def _any_walk(rng: np.random.Generator, style: Style) -> Posture:
    walk = walking(rng.uniform(0, 1), style, speed=rng.uniform(0.5, 1.25))
    return phoning(walk, style) if rng.random() < 0.08 else walk


def _any_run(rng: np.random.Generator, style: Style) -> Posture:
    return running(rng.uniform(0, 1), style, effort=rng.uniform(0.4, 1.2))


def _any_stand(rng: np.random.Generator, style: Style) -> Posture:
    occupation = int(rng.choice(_OCCUPATIONS, p=[0.5, 0.16, 0.1, 0.1, 0.08, 0.06]))
    posture = standing(rng.uniform(0, 30), style, occupation=occupation)
    if rng.random() < 0.15:
        arms = [Arm(rng.uniform(-20, 170), rng.uniform(5, 60), rng.uniform(-20, 50), rng.uniform(5, 120)) for _ in range(2)]
        posture = _burdened(replace(posture, left_arm=arms[0], right_arm=arms[1]), style)
    return phoning(posture, style) if rng.random() < 0.08 else posture


def _any_bend(rng: np.random.Generator, style: Style) -> Posture:
    return replace(bending(rng.uniform(0.4, 1.05), style, reach=rng.uniform(0.3, 1.1)), pelvis_turn=rng.uniform(-10, 10))


def _any_crouch(rng: np.random.Generator, style: Style) -> Posture:
    if rng.random() < 0.4:
        return tying_shoe(rng.uniform(0, 10), style, side=1 if rng.random() < 0.5 else -1)
    low = crouching(style, depth=rng.uniform(0.7, 1.0))
    arms = [Arm(rng.uniform(10, 80), rng.uniform(4, 24), rng.uniform(0, 30), rng.uniform(10, 100)) for _ in range(2)]
    return replace(low, left_arm=arms[0], right_arm=arms[1], lean=rng.uniform(15, 48))


def _any_sit(rng: np.random.Generator, style: Style) -> Posture:
    return sitting(rng, style, on_floor=bool(rng.random() < 0.3))


def _any_lie(rng: np.random.Generator, style: Style) -> Posture:
    return lying(list(LyingKind)[int(rng.integers(3))], rng)


def _any_fall(rng: np.random.Generator, style: Style) -> Posture:
    start = walking(rng.uniform(0, 1), style)
    return falling(rng.uniform(0.3, 0.95), start, _any_lie(rng, style))


_DRAWN = {
    PostureKind.WALK: _any_walk,
    PostureKind.RUN: _any_run,
    PostureKind.STAND: _any_stand,
    PostureKind.BEND: _any_bend,
    PostureKind.CROUCH: _any_crouch,
    PostureKind.SIT: _any_sit,
    PostureKind.LIE: _any_lie,
    PostureKind.FALL: _any_fall,
}
