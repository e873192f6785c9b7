"""Which transactions a reader of PostgreSQL sees, and which of two readers began earlier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A value of `pg_current_snapshot()`: transactions before `oldest_running` have ended, `following` and later have not begun,
    of those between `running` had not ended."""

    oldest_running: int
    following: int
    running: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From PostgreSQL's text, such as "10:20:10,14,15"."""
        oldest, following, running = text.split(":")
        return cls(int(oldest), int(following), frozenset(map(int, filter(None, running.split(",")))))

    def precedes(self, other: Snapshot) -> bool:
        """Whether `other` sees everything that this one sees."""
        if self.following > other.following:
            return False
        return all(id in self.running for id in other.running if id < self.following)
