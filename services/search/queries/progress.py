"""How far a query is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from haetae.http.problems import Problem, problem_of
from haetae.store.queries import QueryRecord, QueryState
from services.search.shapes import Instant, Shown

WAITING = "waiting"
"""The stage of a query that waits for its turn; its count says how many others come before it."""

_SHARES = {"count": 0.1, "scan": 0.6, "vectors": 0.7, "rerank": 0.85, "load": 0.95, "group": 1.0}


def share_after(step: str, before: float) -> float:
    """The rough share of one target's work that is done after `step`; a step that is not known moves nothing."""
    return max(before, _SHARES.get(step, before))


class ProgressOut(Shown):
    """How far a query is."""

    stage: str | None = Field(
        default=None,
        description="The step that ended last: count, scan, vectors, rerank, load, group; expect others. Null before the first; "
        "`waiting` while other queries are answered first.",
    )
    share: float = Field(default=0.0, ge=0, le=1, description="Roughly how much of the work is done; never falls.")
    target: int = Field(default=0, description="Which target is being looked for, from 0.")
    n_targets: int = 1
    counts: Mapping[str, int] = Field(
        default={},
        description="How many sightings each step of this target counted or kept; of `waiting`, how many queries come before.",
        examples=[{"count": 81234}],
    )

    @property
    def share_of_target(self) -> float:
        """What of the present target is done, 0-1."""
        return min(1.0, max(0.0, self.share * self.n_targets - self.target))

    def after(self, stage: str, share_of_target: float, counts: Mapping[str, int]) -> ProgressOut:
        """When a step of the present target has ended."""
        share = min(1.0, (self.target + share_of_target) / self.n_targets)
        return self.model_copy(update={"stage": stage, "share": share, "counts": {**self.counts, **counts}})

    def within(self, before: str, step: str, share_of_step: float) -> ProgressOut:
        """While `step` goes on, after `before`."""
        share = _SHARES[before] + (_SHARES[step] - _SHARES[before]) * share_of_step
        return self.after(before, max(share, self.share_of_target), {})

    def with_next_target(self) -> ProgressOut:
        """When the present target is answered."""
        done = self.target + 1
        return self.model_copy(update={"target": min(done, self.n_targets - 1), "share": done / self.n_targets, "counts": {}})


class QueryStateOut(Shown):
    """Where a query stands. Only one that is `answered` has an answer; the other ends are final too."""

    id: UUID
    caller: str
    asked_at: Instant
    state: QueryState
    cancel_asked: bool = Field(description="Somebody asked for it to be cancelled; it ends at its next step.")
    progress: ProgressOut
    problem: Problem | None = Field(description="Why there is no answer, where it was cancelled or failed.")

    @classmethod
    def of(cls, record: QueryRecord) -> Self:
        """The state as it is shown."""
        return cls(
            id=record.id,
            caller=record.caller,
            asked_at=record.asked_at,
            state=record.state,
            cancel_asked=record.cancel_asked,
            progress=ProgressOut.model_validate(record.progress or {}),
            problem=None if record.problem is None else _problem(record.problem),
        )


def _problem(stored: Mapping[str, Any]) -> Problem:
    return problem_of(int(stored["status"]), str(stored["kind"]), str(stored["detail"]))
