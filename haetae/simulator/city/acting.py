"""From what somebody is doing to how the body is held."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from haetae.simulator.city.agenda import FALL_S, RISE_S, Act
from haetae.simulator.city.city import State
from haetae.simulator.people import postures
from haetae.simulator.people.gait import Style
from haetae.simulator.people.postures import LyingKind, Posture

_CHANGE_S = 0.7  # from one posture to the next
_STRIDE_M_S = 1.4  # a natural walk
_RUN_FROM_M_S = 2.0
_OCCUPATIONS = (0, 0, 0, 1, 2, 3, 4)


def posture_of(state: State, style: Style) -> Posture:
    """The posture of one instant; two people in the same state differ by their numbers and their style."""
    upright = _upright(state, style)
    match state.act:
        case Act.WALK | Act.RUN:
            return _going(state, style, upright)
        case Act.PHONE:
            return _changed(upright, postures.phoning(upright), state)
        case Act.SIT:
            return _changed(upright, _seated(state.number, style), state)
        case Act.BEND:
            low = postures.tying_shoe(state.elapsed_s, style, side=1 if state.number % 2 else -1)
            return _changed(upright, low, state)
        case Act.FALL:
            return _fallen(state.number, style, min(1.0, state.elapsed_s / FALL_S))
        case Act.LIE:
            return _fallen(state.number, style, 1.0)
        case Act.RISE:
            return _fallen(state.number, style, 1.0 - min(1.0, state.elapsed_s / RISE_S))
    return upright


def _upright(state: State, style: Style) -> Posture:
    occupation = _OCCUPATIONS[state.number % len(_OCCUPATIONS)] if state.act is Act.STAND else 0
    return postures.standing(state.elapsed_s + 7.0 * state.number, style, occupation=occupation)


def _going(state: State, style: Style, upright: Posture) -> Posture:
    """Walking or running, from a stand and back into one."""
    phase = state.paced_m / style.cycle_m
    if state.act is Act.RUN and state.speed_mps > _RUN_FROM_M_S:
        return postures.running(phase, style, effort=min(1.2, 0.3 * state.speed_mps))
    walk = postures.walking(phase, style, speed=0.25 + 0.75 * min(1.3, state.speed_mps / _STRIDE_M_S))
    return postures.blended(upright, walk, min(1.0, state.speed_mps / 0.35))


def _changed(upright: Posture, other: Posture, state: State) -> Posture:
    """Into another posture, and out of it again in time."""
    share = min(1.0, state.elapsed_s / _CHANGE_S, max(0.0, state.lasts_s - state.elapsed_s) / _CHANGE_S)
    return postures.blended(upright, other, share * share * (3 - 2 * share))


@lru_cache(maxsize=512)
def _seated(number: int, style: Style) -> Posture:
    return postures.sitting(np.random.default_rng([number, 7]), style, on_floor=True)


@lru_cache(maxsize=4096)
def _fallen(number: int, style: Style, progress: float) -> Posture:
    rng = np.random.default_rng([number, 8])
    kind = list(LyingKind)[int(rng.integers(len(LyingKind)))]
    return postures.falling(progress, postures.standing(0.0, style), postures.lying(kind, rng))
