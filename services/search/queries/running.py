"""The queries that this process is answering: how far each is, and how each is ended from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from haetae.errors import HaetaeError
from haetae.store.interruption import Interruption
from haetae.store.store import Store
from haetae.telemetry import logs
from services.search.queries.cancelling import Cancelled
from services.search.queries.progress import WAITING, ProgressOut, share_after
from services.search.stages import Stage

_TOLD_EVERY_S = 0.5
_ALIVE_EVERY_S = 10.0  # is said of queries that do not move, such as those that wait


class Run:
    """One query while it is answered. The thread that answers tells it every step; any other may cancel it."""

    def __init__(self, id: UUID, n_targets: int = 1) -> None:
        self.id = id
        self.interruption = Interruption()
        self.hear: Callable[[ProgressOut], None] = lambda progress: None  # who else wants to know, in the answering thread
        self.progress = ProgressOut(n_targets=n_targets)
        self._cancelled = threading.Event()
        self._told: tuple[ProgressOut | None, float] = (None, time.monotonic())  # to the database, and when

    def news(self) -> ProgressOut | None:
        """How far it is, where the database does not know or has not heard of it for long."""
        told, at_s = self._told
        waits = told is not None and told.stage == self.progress.stage == WAITING
        if (waits or told is self.progress) and time.monotonic() - at_s < _ALIVE_EVERY_S:
            return None
        self._told = (self.progress, time.monotonic())
        return self.progress

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to end without an answer."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """It is to end: at its next step at the latest; `Runs` ends the statement that it waits for."""
        self._cancelled.set()

    def go_on(self) -> None:
        """Raises Cancelled where it was."""
        if self.is_cancelled:
            raise Cancelled(self.id)

    def waits(self, n_before: int) -> None:
        """It waits for its turn, behind so many others. Raises Cancelled."""
        if self.progress.counts.get(WAITING) != n_before:
            self._tell(self.progress.model_copy(update={"stage": WAITING, "counts": {WAITING: n_before}}))

    def ended(self, stage: Stage) -> None:
        """A step of the answer has ended. Raises Cancelled."""
        known = self.progress if self.progress.stage != WAITING else self.progress.model_copy(update={"counts": {}})
        self._tell(known.after(stage.name, share_after(stage.name, known.share_of_target), {stage.name: stage.n_sightings}))

    def scanning(self, share: float) -> None:
        """So much of the present scan is done, 0-1. Raises Cancelled."""
        self._tell(self.progress.within("count", "scan", share))

    def next_target(self) -> None:
        """One target's answer is complete, the next one's begins."""
        self._tell(self.progress.with_next_target())

    def _tell(self, progress: ProgressOut) -> None:
        self.progress = progress
        self.hear(progress)
        self.go_on()


class Runs:
    """All of them. While there are any, one thread tells the database twice a second how far they are and that somebody still
    works on them, hears there whether one is to be cancelled, and ends the statements of those that are."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: dict[UUID, Run] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def of(self, run: Run) -> Iterator[None]:
        """The block answers the query."""
        with self._changed:
            self._runs[run.id] = run
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="query-progress", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._runs.pop(run.id, None)  # it may have been registered twice: while it waited, and by whoever answers
                self._changed.notify_all()

    def cancel(self, id: UUID) -> None:
        """Ends the query where this process answers it; at once, whatever it waits for."""
        with self._changed:
            run = self._runs.get(id)
        if run is not None:
            run.cancel()
            self.wake()

    def wake(self) -> None:
        """A run was cancelled: its statement is to be ended now."""
        with self._changed:
            self._changed.notify_all()

    def _follow(self) -> None:
        due_s = time.monotonic() + _TOLD_EVERY_S
        while runs := self._waited_until(due_s):
            if time.monotonic() >= due_s:
                self._tell(runs)
                due_s = time.monotonic() + _TOLD_EVERY_S
            for run in runs:
                if run.is_cancelled:
                    run.interruption.request()

    def _waited_until(self, due_s: float) -> Sequence[Run]:
        """What runs then, or as soon as something changes. Where nothing runs the thread ends, and the next query starts one."""
        with self._changed:
            if self._runs and not any(run.is_cancelled and not run.interruption.is_requested for run in self._runs.values()):
                self._changed.wait(max(0.0, due_s - time.monotonic()))
            if not self._runs:
                self._thread = None
            return list(self._runs.values())

    def _tell(self, runs: Sequence[Run]) -> None:
        try:
            with self._store.beside() as transaction:
                news = {run.id: news.model_dump(mode="json") for run in runs if (news := run.news()) is not None}
                transaction.queries.tell(news)
                stopped = transaction.queries.to_stop([run.id for run in runs])
            for run in runs:
                if run.id in stopped:
                    run.cancel()
        except HaetaeError as away:
            logs.get().warning("query_progress_not_told", cause=str(away), n_queries=len(runs))
