"""Draws measured points as SVG: a line a series, with its points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
_COLOURS = ("#1f6f8b", "#c0504d", "#e3a857", "#6a994e", "#7f6b5d", "#8e6bb0", "#404040", "#d97fa8")
_LEFT, _TOP, _WIDTH, _HEIGHT, _ROOM = 70, 44, 460, 300, 300


def drawn(
    title: str,
    axes: tuple[str, str],
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    log_x: bool = False,
    log_y: bool = False,
) -> str:
    """The picture as SVG text; `axes` are the names of x and y. There is at least one point."""
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    across, up = _scale(xs, _WIDTH, log_x), _scale(ys, _HEIGHT, log_y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + _ROOM} {_TOP + _HEIGHT + 60}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_LEFT + _WIDTH + _ROOM}" height="{_TOP + _HEIGHT + 60}" fill="white"/>',
        f'<text x="12" y="20" font-size="14">{title}</text>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="#999"/>',
        f'<text x="{_LEFT + _WIDTH / 2}" y="{_TOP + _HEIGHT + 44}" text-anchor="middle">{axes[0]}</text>',
        f'<text transform="translate(18 {_TOP + _HEIGHT / 2}) rotate(-90)" text-anchor="middle">{axes[1]}</text>',
    ]
    for x in _marks(xs, log_x):
        at = _LEFT + across(x)
        parts.append(f'<text x="{at:.1f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{_told(x)}</text>')
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" stroke="#eee"/>')
    for y in _marks(ys, log_y):
        at = _TOP + _HEIGHT - up(y)
        parts.append(f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_told(y)}</text>')
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [(_LEFT + across(x), _TOP + _HEIGHT - up(y)) for x, y in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-opacity="0.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places]
        at = _TOP + 14 + 20 * number
        parts.append(f'<circle cx="{_LEFT + _WIDTH + 18}" cy="{at - 4}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + _WIDTH + 28}" y="{at}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _told(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"


def _scale(values: Sequence[float], length: float, log: bool) -> Callable[[float], float]:
    low, high = _ends(values, log)
    turned = math.log10 if log else float
    span = (turned(high) - turned(low)) or 1.0
    return lambda value: length * (turned(max(value, low)) - turned(low)) / span


def _ends(values: Sequence[float], log: bool) -> tuple[float, float]:
    if log:
        return 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)) - 1e-9)
    return 0.0, max(max(values), 1e-9)


def _marks(values: Sequence[float], log: bool) -> list[float]:
    low, high = _ends(values, log)
    if log:
        return [10.0**power for power in range(round(math.log10(low)), round(math.log10(high)) + 1)]
    step = 10 ** math.floor(math.log10(high / 2))
    step *= 5 if high / step > 15 else 2 if high / step > 6 else 1
    return [round(step * n, 9) for n in range(int(high / step + 1e-9) + 1)]
