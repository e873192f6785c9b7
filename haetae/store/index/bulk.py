"""Embeddings out of PostgreSQL by the hundred thousand: COPY in its binary format, parsed by numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import psycopg2
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from haetae.errors import Transient
from haetae.store.index.day_rows import NewRows
from haetae.store.index.reading import Partition

_PIECE_BYTES = 16 << 20
_HEADER_BYTES = 19  # of COPY's binary format
_FIELDS = (("id", "V16"), ("started", ">i8"), ("ended", ">i8"), ("camera", ">i8"), ("oid", ">i8"))

SeePiece = Callable[[NDArray[np.int64], NewRows], None]
"""Takes the partitions (n,) of rows, and the rows."""


class Columns:
    """How rows of one model are read: its number and dimension, and the numbers that stand for cameras."""

    def __init__(self, model_number: int, dimension: int) -> None:
        self.model_number = model_number
        self.dimension = dimension
        self.cameras: dict[str, int] = {}
        fields = [field for name, kind in _FIELDS for field in ((f"{name}_bytes", ">i4"), (name, kind))]
        vector = [("vector_bytes", ">i4"), ("d", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimension,))]
        self.dtype = np.dtype([("n", ">i2"), *fields, *vector])

    def rows(self, data: bytes) -> tuple[NDArray[np.int64], NewRows]:
        """Partitions (n,) and rows of whole tuples. Raises Transient where they are not what was asked for."""
        found = np.frombuffer(data, self.dtype)
        if np.any(found["n"] != len(_FIELDS) + 1) or np.any(found["d"] != self.dimension):
            raise Transient("Embeddings are not stored as they were expected to be.", dimension=self.dimension)
        ids = np.frombuffer(found["id"].tobytes(), ">u8").reshape(-1, 2).astype(np.uint64)
        camera = (found["camera"] - 1).astype(np.int32)
        vectors = found["vector"].astype(np.float32)
        rows = NewRows(ids, found["started"].astype(np.int64), found["ended"].astype(np.int64), camera, vectors)
        return found["oid"].astype(np.int64), rows


def read_partition(session: Session, partition: Partition, columns: Columns, see: Callable[[NewRows], None]) -> None:
    """Shows all rows of the model in a partition, some thousands at a time. Raises Transient."""
    _copy(session, columns, partition.name, 0, lambda oids, rows: see(rows))


def read_changed(session: Session, since: int, columns: Columns, see: Callable[[int, NewRows], None]) -> None:
    """Shows the rows of the model that the transaction `since` or a later one changed, by their partition. Raises Transient."""

    def by_partition(oids: NDArray[np.int64], rows: NewRows) -> None:
        for oid in np.unique(oids):
            see(int(oid), rows.where(oids == oid))

    _copy(session, columns, "sighting_embeddings", since, by_partition)


def _copy(session: Session, columns: Columns, source: str, since: int, see: SeePiece) -> None:
    """`source` is a table's name that came from PostgreSQL, quoted as it needs."""
    session.execute(text("SET LOCAL statement_timeout = 0"))  # reading a large partition takes longer than any question may
    chosen = {"model": columns.model_number, "since": since}
    cameras = text(f"SELECT DISTINCT camera_id FROM {source} WHERE model_id = :model AND changed_in >= :since")
    for camera in session.scalars(cameras, chosen):
        columns.cameras.setdefault(camera, len(columns.cameras))
    pieces = _Pieces(columns, see)
    raw = session.connection().connection.cursor()
    try:
        asked = raw.mogrify(
            "COPY (SELECT e.sighting_id, e.started_at, e.ended_at, c.n, e.tableoid::bigint, e.vector "
            f"FROM {source} e JOIN unnest(%(cameras)s::text[]) WITH ORDINALITY c (id, n) ON c.id = e.camera_id "
            "WHERE e.model_id = %(model)s AND e.changed_in >= %(since)s) TO STDOUT WITH (FORMAT binary)",
            {**chosen, "cameras": list(columns.cameras)},
        )
        raw.copy_expert(asked, pieces)
    except psycopg2.Error as error:
        raise Transient("PostgreSQL did not hand out its embeddings.", sqlstate=error.pgcode) from None
    finally:
        raw.close()
    pieces.close()


class _Pieces:
    """A file to copy to: parses whole tuples as soon as enough of them are there."""

    def __init__(self, columns: Columns, see: SeePiece) -> None:
        self._columns = columns
        self._see = see
        self._held = bytearray()
        self._to_skip = _HEADER_BYTES

    def write(self, data: bytes) -> None:
        """Called by psycopg2."""
        self._held += data
        if len(self._held) >= _PIECE_BYTES:
            self.close()

    def close(self) -> None:
        """Parses what is there; the two bytes that end the copy stay."""
        if self._to_skip and len(self._held) >= self._to_skip:
            del self._held[: self._to_skip]
            self._to_skip = 0
        n_bytes = len(self._held) - len(self._held) % self._columns.dtype.itemsize
        if n_bytes:
            self._see(*self._columns.rows(bytes(self._held[:n_bytes])))
            del self._held[:n_bytes]
