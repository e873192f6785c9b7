"""What the demo found out, as one JSON document."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified, with what was seen."""

    name: str
    passed: bool
    seen: dict[str, Any]


@dataclass(slots=True)
class Report:
    """Filled while the demo runs. Seconds count from `began`."""

    began: float = field(default_factory=time.monotonic)
    began_at: float = field(default_factory=time.time)  # Unix seconds
    checks: list[Check] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def reached(self, milestone: str) -> float:
        """Remembers when the milestone was reached the first time; seconds since the beginning."""
        return self.seconds.setdefault(milestone, round(time.monotonic() - self.began, 2))

    def since(self, milestone: str) -> float:
        """Seconds since a milestone that was reached."""
        return time.monotonic() - self.began - self.seconds[milestone]

    def add(self, name: str, passed: bool, **seen: Any) -> bool:
        """Notes a check; gives `passed` back."""
        self.checks.append(Check(name, passed, seen))
        return passed

    def as_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "began_at": round(self.began_at, 2),
            "checks": {check.name: {"passed": check.passed, **check.seen} for check in self.checks},
            "counts": self.counts,
            "seconds": self.seconds,
            "remarks": self.remarks,
        }
