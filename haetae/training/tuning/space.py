"""What a search may choose from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haetae.errors import Misconfigured

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; whole ones where both are. `log`: as many between 1 and 10 as between 10 and 100."""

    low: float
    high: float
    whole: bool
    log: bool

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high) or (self.log and self.low <= 0):
            raise Misconfigured("A range goes from a smaller to a larger number, both above 0 where it is logarithmic.")


Space = Mapping[str, Range | tuple[str, ...]]
"""By parameter: a range, or words to choose from."""


def space_of(words: Sequence[str]) -> Space:
    """Of `field=low:high`, `field=low:high:log` and `field=a,b,c`. Raises Misconfigured."""
    space: dict[str, Range | tuple[str, ...]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name or not text:
            raise Misconfigured(f"'{word}' is neither field=low:high[:log] nor field=a,b,c.")
        space[name.strip()] = _range(word, text) if ":" in text else tuple(part.strip() for part in text.split(","))
    if not space:
        raise Misconfigured("There is nothing to choose: say field=low:high, field=low:high:log or field=a,b,c.")
    return space


def suggested(trial: Any, space: Space) -> dict[str, Value]:
    """One choice of an Optuna trial."""
    chosen: dict[str, Value] = {}
    for name, choices in space.items():
        if isinstance(choices, tuple):
            chosen[name] = trial.suggest_categorical(name, list(choices))
        elif choices.whole:
            chosen[name] = trial.suggest_int(name, int(choices.low), int(choices.high), log=choices.log)
        else:
            chosen[name] = trial.suggest_float(name, choices.low, choices.high, log=choices.log)
    return chosen


def _range(word: str, text: str) -> Range:
    parts = text.split(":")
    try:
        if len(parts) not in (2, 3) or (len(parts) == 3 and parts[2] != "log"):
            raise ValueError
        low, high = float(parts[0]), float(parts[1])
    except ValueError:
        raise Misconfigured(f"'{word}' is no range: field=low:high or field=low:high:log.") from None
    whole = all(part.strip().lstrip("+-").isdigit() for part in parts[:2])
    return Range(low, high, whole, len(parts) == 3)
