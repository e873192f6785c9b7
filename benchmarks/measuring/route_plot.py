"""The route test as a picture: rank-1 to rank-5 with and without space and time, on the drawn city."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 720, 380, 56, 44, 380, 280
LOW, HIGH = 0.6, 1.0
PAPER = (0.819, 0.844, 0.844, 0.844, 0.844)
SHOWN = {
    "at most": "#b8b8b8",
    "photo and attributes, times of 50 people": "#3b5323",
    "photo, times of 50 people": "#6a994e",
    "photo, map alone": "#1f6f8b",
    "photo": "#c0504d",
}


def drawn(found: Mapping[str, Any], network: str = "haetae-reid") -> str:
    """SVG text."""
    rows = {name: found["drawn city"][network][name]["ranks"] for name in SHOWN} | {"the paper": list(PAPER)}
    colours = {**SHOWN, "the paper": "#e3a857"}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="12" y="22">The route over ten cameras, {network}: appearances found at rank k, percent</text>',
    ]
    for share in (0.6, 0.7, 0.8, 0.9, 1.0):
        y = _y(share)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + PLOT_W}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f}</text>')
    parts += [f'<text x="{_x(k):.1f}" y="{TOP + PLOT_H + 20}" text-anchor="middle">{k + 1}</text>' for k in range(5)]
    for n, (name, ranks) in enumerate(rows.items()):
        points = " ".join(f"{_x(k):.1f},{_y(share):.1f}" for k, share in enumerate(ranks))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colours[name]}" stroke-width="2.5"/>')
        y = TOP + 18 + 24 * n
        parts.append(f'<rect x="{LEFT + PLOT_W + 24}" y="{y - 10}" width="12" height="12" fill="{colours[name]}"/>')
        parts.append(f'<text x="{LEFT + PLOT_W + 42}" y="{y}">{name} ({100 * ranks[0]:.1f} / {100 * ranks[4]:.1f})</text>')
    return "\n".join([*parts, "</svg>", ""])


def _x(k: int) -> float:
    return LEFT + PLOT_W * (k + 0.5) / 5


def _y(share: float) -> float:
    return TOP + PLOT_H * (HIGH - max(share, LOW)) / (HIGH - LOW)
