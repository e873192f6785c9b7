"""Draws docs/ten-cameras.svg, where the processor time of ten cameras goes, from the newest results that have it.

python -m benchmarks.measuring.plot
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"
PICTURE = RESULTS.parents[1] / "docs" / "ten-cameras.svg"
GOALS = {"busy": 1.8, "quiet": 0.8}  # cores
SHOWN = {"triton": "#c0504d", "ingest": "#1f6f8b", "detect": "#e3a857", "redis": "#7f6b5d", "reid": "#6a994e"}
REST = "#b8b8b8"
LEFT, TOP, ROW, BAR, PER_CORE, WIDTH = 100, 34, 62, 26, 310, 720


def main() -> None:
    """Writes the picture."""
    newest = next(path for path in sorted(RESULTS.glob("*.json"), reverse=True) if "ten_cameras" in json.loads(path.read_text()))
    entry = json.loads(newest.read_text())["ten_cameras"]
    PICTURE.write_text(drawn({variant: shares(entry[variant]) for variant in GOALS}), encoding="utf-8")
    sys.stderr.write(f"{PICTURE} from {newest.name}\n")


def shares(variant: dict[str, Any]) -> dict[str, float]:
    """Cores by process, largest first; the small ones together as "others"."""
    cores = {name: variant["by_process"][name]["cores"] for name in SHOWN}
    named = {name: cores[name] for name in sorted(cores, key=lambda name: -cores[name])}
    return {**named, "others": variant["cores"] - sum(named.values())}


def drawn(variants: dict[str, dict[str, float]]) -> str:
    """The picture as SVG text: a bar a variant, a mark where its goal is, a legend."""
    height = TOP + ROW * len(variants) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="12" y="20">Processor cores that ten cameras of 720p15 take, sampled at 5 frames a second</text>',
    ]
    for row, (variant, cores) in enumerate(variants.items()):
        parts += _bar(variant, cores, TOP + ROW * row)
    for column, (name, colour) in enumerate({**SHOWN, "others": REST}.items()):
        x, y = LEFT + 105 * column, height - 22
        parts.append(
            f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/><text x="{x + 17}" y="{y + 11}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _bar(variant: str, cores: dict[str, float], y: int) -> list[str]:
    parts, x = (
        [f'<text x="12" y="{y + 19}">{variant} <tspan font-weight="bold">{sum(cores.values()):.2f}</tspan></text>'],
        float(LEFT),
    )
    for name, value in cores.items():
        width = value * PER_CORE
        title = f"<title>{name}: {value:.3f} cores</title>"
        parts.append(
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{SHOWN.get(name, REST)}">{title}</rect>'
        )
        x += width
    goal = LEFT + GOALS[variant] * PER_CORE
    return [
        *parts,
        f'<line x1="{goal:.1f}" y1="{y - 4}" x2="{goal:.1f}" y2="{y + BAR + 4}" stroke="#333" stroke-dasharray="3 2"/>',
        f'<text x="{goal:.1f}" y="{y + BAR + 17}" font-size="11" text-anchor="middle">goal {GOALS[variant]}</text>',
    ]


if __name__ == "__main__":
    main()
