"""An index of one model's embeddings in this process, kept up to date from PostgreSQL and never stale in what it answers.

What it holds is what one snapshot saw. A question's own transaction reads what changed since that snapshot and compares those
rows exactly; rows that it finds changed or removed do not count. Where the index cannot know, it says so, and an exact scan
answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from haetae.domain.embedding import ModelVersion
from haetae.ranking.sign_bits import SignCode
from haetae.store.index.bulk import Columns, read_changed, read_partition
from haetae.store.index.counting import warm_up
from haetae.store.index.day_rows import DayRows, DayView, NewRows
from haetae.store.index.reading import Partition, Position, gone_since, position
from haetae.store.index.snapshot import Snapshot
from haetae.store.store import Store
from haetae.store.tables import EmbeddingModelRow, SightingEmbeddingRow

_SAMPLE = 4096  # vectors that the code's centre is the mean of
_REMEMBERED = 4  # generations: a question's transaction may have begun before the newest
_SMALLEST_TO_COMPACT = 1000

Progress = Callable[[int, int], None]
"""Takes how many partitions are loaded, of how many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an index may take, and how far it looks.

    `memory_bytes` for exact vectors: beyond, PostgreSQL compares. Up to `compared_all` rows that a filter leaves are all compared
    exactly; of more, those `compared` that the signs put first, at least `depth` times as many as are asked for. Where vectors
    are not held, fetching these costs PostgreSQL as much as scanning `scanned` rows in order: up to so many it scans.
    """

    memory_bytes: int = 1 << 30
    compared_all: int = 50_000
    scanned: int = 500_000
    compared: int = 4_000
    depth: int = 8
    n_bits: int = 512


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """The index as of one snapshot. `cameras` are the numbers that stand for cameras."""

    number: int
    model: ModelVersion
    snapshot: Snapshot
    model_number: int
    code: SignCode
    days: Mapping[Partition, DayView]
    cameras: Mapping[str, int]

    @property
    def n(self) -> int:
        """How many rows."""
        return sum(view.n for view in self.days.values())


@dataclass(slots=True, eq=False)
class _Contents:
    """What the writer works on. `complete_at`: every change of a transaction before it is in."""

    columns: Columns
    code: SignCode
    n_sample: int
    keeps_vectors: bool
    complete_at: int
    days: dict[Partition, DayRows] = field(default_factory=dict)


class EmbeddingIndex:
    """One thread refreshes, any number ask."""

    def __init__(self, model: ModelVersion, limits: Limits) -> None:
        self.model = model
        self.limits = limits
        self._contents: _Contents | None = None
        self._number = 0
        self._generations: tuple[Generation, ...] = ()
        self._refreshing = threading.Lock()

    def refresh(self, store: Store, progress: Progress = lambda done, of: None) -> None:
        """Takes in what has changed; the first time, and after a reset, everything. Raises Transient: it stays as it was."""
        with self._refreshing:
            contents = self._contents
            if contents is None or contents.n_sample < _SAMPLE <= sum(day.n for day in contents.days.values()):
                contents = self._begin(store)
            if contents is None:
                self._generations = ()
                return
            self._load_new(store, contents, progress)
            with store.begin(consistent=True) as transaction:
                self._catch_up(transaction.session, contents)

    def reset(self) -> None:
        """Forgets everything: the next refresh reads it anew. Meanwhile exact scans answer."""
        with self._refreshing:
            self._contents, self._generations = None, ()

    def generation(self, at: Position) -> Generation | None:
        """The newest generation that saw nothing which a transaction at `at` does not see; None where there is none."""
        return next((known for known in reversed(self._generations) if known.snapshot.precedes(at.snapshot)), None)

    @property
    def newest(self) -> Generation | None:
        """The last generation that was published."""
        return self._generations[-1] if self._generations else None

    @property
    def n(self) -> int:
        """How many rows it answers from."""
        newest = self._generations[-1:]
        return newest[0].n if newest else 0

    @property
    def n_bytes(self) -> int:
        """Memory that its rows take."""
        return sum(day.n_bytes for day in self._contents.days.values()) if self._contents else 0

    def _begin(self, store: Store) -> _Contents | None:
        """Empty contents with a code for vectors like the stored ones; None where there are none of the model."""
        row = SightingEmbeddingRow
        self._contents = None
        with store.begin(consistent=True) as transaction:
            session = transaction.session
            at = position(session)
            wanted = (EmbeddingModelRow.name == self.model.name, EmbeddingModelRow.version == self.model.version)
            known = session.execute(select(EmbeddingModelRow.id, EmbeddingModelRow.dimension).where(*wanted)).one_or_none()
            if known is None:
                return None
            number, dimension = known
            sample = session.scalars(select(row.vector).where(row.model_id == number).limit(_SAMPLE)).all()
        if not sample:
            return None
        warm_up()
        code = SignCode.around(np.stack(sample), self.limits.n_bits)
        return _Contents(Columns(number, dimension), code, len(sample), self.limits.memory_bytes > 0, at.snapshot.oldest_running)

    def _load_new(self, store: Store, contents: _Contents, progress: Progress) -> None:
        """Reads the partitions that are new, each in a transaction of its own, the newest day first."""
        with store.begin(consistent=True) as transaction:
            new = sorted(position(transaction.session).partitions - contents.days.keys(), key=lambda p: p.day, reverse=True)
        for done, partition in enumerate(new):
            day = DayRows(contents.code, contents.columns.dimension, contents.keeps_vectors)

            def add(rows: NewRows, day: DayRows = day) -> None:
                day.append(rows, self._number)

            with store.begin(consistent=True) as transaction:
                if partition not in position(transaction.session).partitions:
                    continue  # dropped meanwhile
                read_partition(transaction.session, partition, contents.columns, add)
            contents.days[partition] = day.compacted()
            self._keep_within_memory(contents)
            progress(done + 1, len(new))

    def _catch_up(self, session: Session, contents: _Contents) -> None:
        """Takes in what changed, and publishes a generation as of this transaction's snapshot."""
        at = position(session)
        number = self._number + 1
        contents.days = {partition: day for partition, day in contents.days.items() if partition in at.partitions}
        by_oid = {partition.oid: partition for partition in contents.days}
        gone = gone_since(session, contents.complete_at, contents.columns.model_number)
        if len(gone):
            for day in contents.days.values():
                day.remove(gone, number)

        def add(oid: int, rows: NewRows) -> None:
            if oid in by_oid:  # else it is new, and read as a whole the next time
                contents.days[by_oid[oid]].append(rows, number)

        read_changed(session, contents.complete_at, contents.columns, add)
        contents.days = {partition: _tidy(day) for partition, day in contents.days.items()}
        self._keep_within_memory(contents)
        contents.complete_at = at.snapshot.oldest_running
        views = {partition: day.view() for partition, day in contents.days.items()}
        known = Generation(
            number, self.model, at.snapshot, contents.columns.model_number, contents.code, views, dict(contents.columns.cameras)
        )
        self._number, self._contents = number, contents
        self._generations = (*self._generations[1 - _REMEMBERED :], known)

    def _keep_within_memory(self, contents: _Contents) -> None:
        """Forgets vectors where they take more than is granted."""
        taken = sum(day.n for day in contents.days.values()) * 2 * contents.columns.dimension
        if contents.keeps_vectors and taken > self.limits.memory_bytes:
            contents.keeps_vectors = False
            contents.days = {partition: day.without_vectors() for partition, day in contents.days.items()}


def _tidy(day: DayRows) -> DayRows:
    return day.compacted() if day.n_gone > max(_SMALLEST_TO_COMPACT, day.n // 4) else day
