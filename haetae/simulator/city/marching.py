"""Walkers in fixed steps, compiled: agendas carried out, turning, making way, keeping apart, going round obstacles."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from haetae.simulator.city.agenda import RUN_FACTOR, Act

STEP_S = 0.1
X, Y, HEADING, PACED, SPEED, OWN_SPEED, DOWN, FIXED = range(8)
"""Columns of `people`: metres, degrees, paced metres, m/s, usual m/s, whether lying, whether staying on the spot."""
ACT, PLACE, GOAL_X, GOAL_Y, LASTS, FACING, IS_LAST = range(7)
"""Columns of `agenda`: one row a step of all walkers one after the other."""
_ARRIVED_M = 0.35
_TURN_DEG_S = 140.0
_ROOM_M = 0.95  # within which a walker makes way
_TOUCH_M = 0.58  # within which two are pushed apart
_PUSH_M = 0.05  # at most, in one step
_WALL_M = 0.25
_AWAY, _WALK, _RUN, _FALL, _LIE, _STAND, _PHONE = (
    int(act) for act in (Act.AWAY, Act.WALK, Act.RUN, Act.FALL, Act.LIE, Act.STAND, Act.PHONE)
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def march(
    who: tuple[Ints, Ints, Ints], agenda: Floats, people: Floats, place: Ints, walls: tuple[Floats, Ints],
    out: tuple[Ints, Floats], times: Floats,
) -> None:  # fmt: skip
    """Fills `out`: (n_steps, n) the agenda's row and (n_steps, n, 6) place, x, y, heading, paced metres, speed of each step;
    and `times` (2, n_rows): when each row began and ended. `who`: (n,) first rows; leaders (-1: none), whose companions come
    after them and do what they do in rows of their own; and how far a companion's rows are behind the leader's. `walls` are
    blocks (place, x1, y1, x2, y2) in order of place and where each place's begin.
    """
    rows, facts = out
    at, leader, behind = who
    for i in range(len(at)):
        _begin(i, at, agenda, times, place)
    for s in range(rows.shape[0]):
        for i in range(len(at)):
            to = at[leader[i]] + behind[i] if leader[i] >= 0 else -1
            _advance(i, (at, to), agenda, times, s * STEP_S, people, place)
        for i in range(len(at)):
            rows[s, i] = at[i]
            facts[s, i, 0] = place[i]
            facts[s, i, 1:] = people[i, :5]
            if place[i] < 0:
                continue
            if people[i, FIXED] > 0:
                _stand(i, agenda[at[i]], people)
            else:
                _turn(i, agenda[at[i]], people, place)
                if leader[i] >= 0 and place[leader[i]] == place[i]:
                    _keep_up(i, leader[i], agenda[at[i]], agenda[at[leader[i]]], people)
                _walk(i, agenda[at[i]], people, place, walls)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _begin(i: int, at: Ints, agenda: Floats, times: Floats, place: Ints, t: float = 0.0) -> None:
    row = agenda[at[i]]
    times[0, at[i]] = t
    place[i] = -1 if row[ACT] == _AWAY else int(row[PLACE])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _advance(i: int, rows: tuple[Ints, int], agenda: Floats, times: Floats, t: float, people: Floats, place: Ints) -> None:
    """Ends rows that are over, and the next begins: a companion's (to >= 0) with the leader's. Who is at the end stays there."""
    at, to = rows
    while at[i] < to or (to < 0 and _is_over(agenda[at[i]], people[i], t - times[0, at[i]])):
        row = agenda[at[i]]
        times[1, at[i]] = t
        if row[ACT] == _AWAY:
            people[i, X], people[i, Y] = row[GOAL_X], row[GOAL_Y]
        at[i] += 1
        _begin(i, at, agenda, times, place, t)
    act = agenda[at[i], ACT]
    people[i, DOWN] = 1.0 if act in (_LIE, _FALL) else 0.0
    people[i, FIXED] = 0.0 if act in (_WALK, _RUN) else 1.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _is_over(row: Floats, person: Floats, elapsed_s: float) -> bool:
    if row[IS_LAST] > 0:
        return False
    if row[ACT] == _WALK or row[ACT] == _RUN:
        return bool((row[GOAL_X] - person[X]) ** 2 + (row[GOAL_Y] - person[Y]) ** 2 < _ARRIVED_M**2)
    return bool(elapsed_s >= row[LASTS])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _keep_up(i: int, leader: int, row: Floats, ahead: Floats, people: Floats) -> None:
    """Faster while farther from the goal than the leader, slower while nearer."""
    own = math.sqrt((row[GOAL_X] - people[i, X]) ** 2 + (row[GOAL_Y] - people[i, Y]) ** 2)
    lead = math.sqrt((ahead[GOAL_X] - people[leader, X]) ** 2 + (ahead[GOAL_Y] - people[leader, Y]) ** 2)
    people[i, SPEED] = min(
        people[i, SPEED] * min(1.4, max(0.4, 1.0 + 0.35 * (own - lead))), 1.5 * max(people[i, OWN_SPEED], people[leader, SPEED])
    )
    if own < _ARRIVED_M:
        people[i, SPEED] = 0.0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _stand(i: int, row: Floats, people: Floats) -> None:
    people[i, SPEED] = 0.0
    if (row[ACT] == _STAND or row[ACT] == _PHONE) and not math.isnan(row[FACING]):
        people[i, HEADING] += _towards(people[i, HEADING], row[FACING], 90.0 * STEP_S)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _towards(heading: float, wanted: float, most: float) -> float:
    """By how much to turn: at most `most` degrees."""
    away = (wanted - heading + 180.0) % 360.0 - 180.0
    return min(max(away, -most), most)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _turn(i: int, row: Floats, people: Floats, place: Ints) -> None:
    """Heading and speed of one who walks: towards the goal, away from whoever is in the way, slower in bends."""
    dx, dy = row[GOAL_X] - people[i, X], row[GOAL_Y] - people[i, Y]
    length = math.sqrt(dx * dx + dy * dy) + 1e-9
    dx, dy = dx / length, dy / length
    for j in range(len(place)):
        if j == i or place[j] != place[i]:
            continue
        ex, ey = people[i, X] - people[j, X], people[i, Y] - people[j, Y]
        gap = math.sqrt(ex * ex + ey * ey) + 1e-6
        room = _ROOM_M + 0.5 * people[j, DOWN]
        if gap < room and gap < length and -(ex * dx + ey * dy) / gap > -0.2:
            push = 1.6 * (room - gap) / room
            side = 1.0 if ex * dy - ey * dx < 0 else -1.0  # passes on the side on which it already is
            dx += push * (ex / gap - side * dy)
            dy += push * (ey / gap + side * dx)
    wanted = math.degrees(math.atan2(dy, dx))
    away = abs((wanted - people[i, HEADING] + 180.0) % 360.0 - 180.0)
    people[i, HEADING] += _towards(people[i, HEADING], wanted, _TURN_DEG_S * STEP_S)
    speed = people[i, OWN_SPEED] * (RUN_FACTOR if row[ACT] == _RUN else 1.0)
    if away > 50:
        speed *= 0.4 if away < 110 else 0.12
    people[i, SPEED] += min(max(speed - people[i, SPEED], -2.5 * STEP_S), 1.8 * STEP_S)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _walk(i: int, row: Floats, people: Floats, place: Ints, walls: tuple[Floats, Ints]) -> None:
    """One step ahead; along an obstacle straight to the corner that is aimed at."""
    px, py = _pushed(i, people, place)
    go = people[i, SPEED] * STEP_S
    turn = math.radians(people[i, HEADING])
    x, y = people[i, X] + math.cos(turn) * go, people[i, Y] + math.sin(turn) * go
    if _wall(place[i], x + px, y + py, walls) < 0:
        x, y = x + px, y + py
    elif _wall(place[i], x, y, walls) >= 0:
        x, y = _slid(i, row, people, place, walls, max(go, 0.5 * STEP_S))
    speed = people[i, SPEED]
    reach = 0.45 + 0.55 * min(1.0, speed / 1.4) + 0.35 * max(0.0, speed - 1.5)  # of a step, against one at a natural walk
    people[i, PACED] += math.sqrt((x - people[i, X]) ** 2 + (y - people[i, Y]) ** 2) / reach
    people[i, X], people[i, Y] = x, y


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _slid(i: int, row: Floats, people: Floats, place: Ints, walls: tuple[Floats, Ints], go: float) -> tuple[float, float]:
    """A step straight towards the goal, or along what stands there to its nearer end; through it where there is no way on."""
    x, y = people[i, X], people[i, Y]
    dx, dy = row[GOAL_X] - x, row[GOAL_Y] - y
    length = math.sqrt(dx * dx + dy * dy) + 1e-9
    dx, dy = dx / length * go, dy / length * go
    b = _wall(place[i], x + dx, y + dy, walls)
    if b < 0 or _wall(place[i], x, y, walls) >= 0:
        return x + dx, y + dy
    block = walls[0][b]
    along_x = block[2] - _WALL_M < y < block[4] + _WALL_M  # it is met at a side that runs along y
    sx = 0.0 if along_x else (1.0 if block[1] + block[3] < 2 * x else -1.0)
    sy = (1.0 if block[2] + block[4] < 2 * y else -1.0) if along_x else 0.0
    for turn in (1.0, -1.0):
        if _wall(place[i], x + turn * sx * go, y + turn * sy * go, walls) < 0:
            return x + turn * sx * go, y + turn * sy * go
    return x + dx, y + dy


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pushed(i: int, people: Floats, place: Ints) -> tuple[float, float]:
    """How far walker `i` is pushed so that nobody stands in anybody."""
    px, py = 0.0, 0.0
    for j in range(len(place)):
        if j == i or place[j] != place[i]:
            continue
        ex, ey = people[i, X] - people[j, X], people[i, Y] - people[j, Y]
        gap = math.sqrt(ex * ex + ey * ey) + 1e-6
        if gap < _TOUCH_M:
            share = (_TOUCH_M - gap) / gap * (0.9 if people[j, FIXED] > 0 else 0.5)
            px += ex * share
            py += ey * share
    far = math.sqrt(px * px + py * py) + 1e-9
    keep = min(1.0, _PUSH_M / far)
    return px * keep, py * keep


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _wall(place: int, x: float, y: float, walls: tuple[Floats, Ints]) -> int:
    """The block at which a walker would stand; -1 where the floor is free."""
    blocks, begins = walls
    for b in range(begins[place], begins[place + 1]):
        if blocks[b, 1] - _WALL_M < x < blocks[b, 3] + _WALL_M and blocks[b, 2] - _WALL_M < y < blocks[b, 4] + _WALL_M:
            return b
    return -1
