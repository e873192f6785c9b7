"""How a run tells how far it is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

_LINE_EVERY_S = 30.0
_PACE_OVER_S = 60.0


@dataclass(frozen=True, slots=True)
class Advance:
    """Where a run is. `share` is of the whole run, 0-1; `left_s` is an estimate, None while there is nothing to go by."""

    step: int
    steps: int
    share: float
    left_s: float | None
    losses: Mapping[str, float]


class Told(Protocol):
    """Who wants to know. The default of the trainer tells nobody."""

    def note(self, text: str) -> None:
        """Something that happens once."""

    def advance(self, advance: Advance) -> None:
        """After each step."""


class Silent:
    """Tells nobody."""

    def note(self, text: str) -> None: ...

    def advance(self, advance: Advance) -> None: ...


class Pace:
    """Estimates the time left from the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def left_s(self, share: float, now_s: float) -> float | None:
        """`share` done at `now_s`; None until the second call."""
        self._seen.append((now_s, share))
        while len(self._seen) > 2 and self._seen[1][0] < now_s - _PACE_OVER_S:
            self._seen.popleft()
        began_s, began = self._seen[0]
        if share <= began or now_s <= began_s:
            return None
        return (1.0 - share) * (now_s - began_s) / (share - began)


class Bar:
    """On stderr: a bar on a terminal, else a line every half minute. A context manager."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.fields[left]}"), console=self._console)
        self._task: TaskID | None = None
        self._told_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._bar.stop()

    def note(self, text: str) -> None:
        self._console.print(escape(text), highlight=False, soft_wrap=True)

    def advance(self, advance: Advance) -> None:
        losses = "  ".join(f"{name} {value:.4g}" for name, value in list(advance.losses.items())[:4])
        words, left = f"step {advance.step}/{advance.steps}  {losses}", f"{clock(advance.left_s)} left"
        if self._console.is_terminal:
            if self._task is None:
                self._bar.start()
                self._task = self._bar.add_task("", total=1.0, left="")
            self._bar.update(self._task, completed=advance.share, description=escape(words), left=left)
        elif time.monotonic() - self._told_s > _LINE_EVERY_S or advance.share >= 1.0:
            self._told_s = time.monotonic()
            self.note(f"{words}  {100 * advance.share:.1f} %  {left}")


def clock(seconds: float | None) -> str:
    """1:02:03, or "?" where it is not known."""
    if seconds is None:
        return "?"
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02d}"
