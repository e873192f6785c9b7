"""Fills a database with a large gallery: embeddings by binary COPY, sightings out of one, days and cameras in turn."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow
from haetae.store.engine import open_unlimited
from haetae.store.store import Store
from haetae.store.tables import SightingRow
from tests.kit import builders

N_DAYS, N_CAMERAS = 30, 100
START = datetime(2026, 5, 1, tzinfo=UTC)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PIECE = 20_000
SELECTIVITIES = {"100 %": (N_DAYS, N_CAMERAS), "10 %": (3, N_CAMERAS), "1 %": (3, 10), "0.1 %": (3, 1)}
"""Days and cameras that a question looks at."""

_FACTS = (("started", ">i8"), ("ended", ">i8"), ("day", ">i4"), ("model", ">i2"), ("id", "V16"), ("camera", "S10"))
_ROW = [("n", ">i2"), *(field for name, kind in _FACTS for field in ((f"{name}_bytes", ">i4"), (name, kind)))]


def scope_of(selectivity: str) -> Scope:
    """About so much of the gallery: some days of the middle, some cameras."""
    n_days, n_cameras = SELECTIVITIES[selectivity]
    first = START + timedelta(days=(N_DAYS - n_days) // 2)
    cameras = () if n_cameras == N_CAMERAS else tuple(CameraId(camera_name(c)) for c in range(40, 40 + n_cameras))
    return Scope(TimeWindow(first, first + timedelta(days=n_days)), cameras)


def inside(scope: Scope, n: int) -> NDArray[np.bool_]:
    """(n,) which rows of the gallery lie in the scope."""
    start_us = [_us(scope.window.start), _us(scope.window.end)]
    _, cameras, us = _facts(np.arange(n, dtype=np.int64))
    wanted = np.isin(cameras, [int(camera[-3:]) for camera in scope.cameras]) if scope.cameras else np.ones(n, bool)
    return wanted & (us < start_us[1]) & (us + 8_000_000 >= start_us[0])


def camera_name(number: int) -> str:
    """The camera's id."""
    return f"camera-{number:03}"


def id_of(row: int) -> UUID:
    """The sighting of a row of the gallery."""
    return UUID(int=(0x5EED << 100) | (row * 0x9E3779B97F4A7C15 % 2**64))


def fill(
    url: str,
    store: Store,
    vectors: NDArray[np.float16],
    *,
    with_sightings: bool = False,
    say: Callable[[str], None] = lambda what: None,
) -> None:
    """(n, d) unit vectors as the gallery of `builders.MODEL`; with all that a whole query reads where asked for.

    `say` is told what is being done.
    """
    store.ensure_days(*(START.date() + timedelta(days=day) for day in range(N_DAYS)))
    with store.begin() as transaction:
        number = transaction.session.scalar(
            text("INSERT INTO embedding_models (name, version, dimension) VALUES (:name, :version, :d) RETURNING id"),
            {"name": builders.MODEL.name, "version": builders.MODEL.version, "d": vectors.shape[1]},
        )
        for camera in range(N_CAMERAS):
            transaction.cameras.add(builders.camera(camera_name(camera)))
    engine = open_unlimited(url, application_name="benchmark")
    raw = engine.raw_connection()
    columns = "started_at, ended_at, started_on, model_id, sighting_id, camera_id, vector"
    for n, piece in enumerate(_pieces(vectors, number or 0)):
        if n % 10 == 0:
            say(f"filling embeddings: {n * _PIECE:,} of {len(vectors):,}")
        raw.cursor().copy_expert(f"COPY sighting_embeddings ({columns}) FROM STDIN WITH (FORMAT binary)", io.BytesIO(piece))
    raw.commit()
    raw.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("INSERT INTO sighting_days SELECT sighting_id, started_on FROM sighting_embeddings"))
        if with_sightings:
            say("filling sightings")
            _add_sightings(connection, store)
        say("vacuuming")
        connection.execute(text("VACUUM (ANALYZE) sighting_embeddings, sighting_days, sightings"))
    engine.dispose()


def _pieces(vectors: NDArray[np.float16], model: int) -> Iterator[bytes]:
    d = vectors.shape[1]
    kind = np.dtype([*_ROW, ("vector_bytes", ">i4"), ("d", ">i2"), ("unused", ">i2"), ("vector", ">f2", (d,))])
    for first in range(0, len(vectors), _PIECE):
        numbers = np.arange(first, min(len(vectors), first + _PIECE), dtype=np.int64)
        days, cameras, us = _facts(numbers)
        rows = np.zeros(len(numbers), kind)
        values = {"started": us, "ended": us + 8_000_000, "day": days + (START.date() - date(2000, 1, 1)).days, "model": model}
        for name, value in values.items():
            rows[name] = value
        rows["id"] = np.frombuffer(b"".join(id_of(n).bytes for n in numbers.tolist()), "V16")
        rows["camera"] = np.array([camera_name(c) for c in cameras.tolist()], "S10")
        rows["vector"], rows["d"], rows["n"], rows["vector_bytes"] = vectors[first : first + _PIECE], d, 7, 4 + 2 * d
        for name, length in (("started", 8), ("ended", 8), ("day", 4), ("model", 2), ("id", 16), ("camera", 10)):
            rows[f"{name}_bytes"] = length
        yield b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _facts(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Day, camera and start (microseconds since 2000) of rows: days in turn, then cameras, spread over the day."""
    days, in_day = rows % N_DAYS, rows // N_DAYS
    seconds = 60 + in_day * 7919 % 86_000
    return days, in_day % N_CAMERAS, _us(START) + (days * 86_400 + seconds) * 1_000_000


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _add_sightings(connection: Connection, store: Store) -> None:
    """A sighting for each embedding, all else like that of one that is stored for it and forgotten again."""
    one = builders.sighting(1, camera_name(0), started_at=START - timedelta(days=40), embedding=None)
    with store.begin() as transaction:
        transaction.sightings.upsert(one)
    own = ("started_on", "camera_id", "started_at", "ended_at")
    copied = [column.name for column in SightingRow.__table__.columns if column.name not in (*own, "id")]
    connection.execute(
        text(
            f"INSERT INTO sightings (id, {', '.join(own)}, {', '.join(copied)}) "
            f"SELECT e.sighting_id, {', '.join(f'e.{name}' for name in own)}, {', '.join(f's.{name}' for name in copied)} "
            "FROM sighting_embeddings e CROSS JOIN sightings s WHERE s.id = :id"
        ),
        {"id": one.id},
    )
