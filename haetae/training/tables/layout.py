"""How the page looks: tables in Markdown, progress bars that are passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

Bars = Callable[[str, float | None], AbstractContextManager[Callable[[float], None]]]
"""Opens a progress bar: what is done, and of how many."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [_line(header), _line(["---"] * len(header)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def percent(share: float) -> str:
    """0.8472 as "84.7"."""
    return f"{100 * share:.1f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
