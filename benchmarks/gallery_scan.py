"""How fast PostgreSQL compares a probe with every embedding of a scope, and what a sighting weighs on disk.

    python -m benchmarks.gallery_scan [--rows 100000]

Writes the entry "gallery_scan" of benchmarks/results/<date>-<machine>.json: medians over ROUNDS searches through
`Sightings.nearest` (client, network and conversion included), the same distances in numpy as the unit, upserts a second, bytes a
sighting. The load says whether others worked on the machine, and the unit what that cost.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from benchmarks.measuring import figures
from haetae.domain.geometry import Box
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow
from haetae.domain.tracklet import Waypoint
from haetae.store.engine import open_store, open_unlimited
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.store.vectors import to_literal
from tests.kit import builders, servers

D = 256
N_DAYS = 5
N_CAMERAS = 100
N_UPSERTS = 3000
LIMIT = 100
ROUNDS = 9
NEW = "started_on >= '2026-05-01'"
START = datetime(2026, 5, 1, tzinfo=UTC)
UPSERT_DAY = START - timedelta(days=10)


def main() -> None:
    """Fills a fresh database, searches it, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    n = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, servers.postgres(Path(folder)) as (part, _):
        migrate(part.url)
        store = open_store(part.url, cipher=Cipher([]))
        found: dict[str, object] = {"n_rows": n, "dimension": D, "limit": LIMIT, "days": N_DAYS, "cameras": N_CAMERAS}
        found |= upserts(store)
        found["load_after_filling"] = round(os.getloadavg()[0], 1)
        found["bytes_per_sighting"] = sizes(store)
        vectors = fill(part.url, store, n)
        found["searches"] = searches(store, vectors)
        store.close()
    print(found, file=sys.stderr)
    print(figures.write("gallery_scan", found), file=sys.stderr)


def upserts(store: Store) -> dict[str, object]:
    """Sightings stored a second by one writer, 16 in a transaction: a path of 8 points, two best shots, four attributes."""
    path = tuple(Waypoint(UPSERT_DAY + timedelta(seconds=s), Box(100.5 + s, 99.25, 180.125, 301.75)) for s in range(8))
    sightings = [builders.sighting(i, f"camera-{i % N_CAMERAS:03}", started_at=UPSERT_DAY, path=path) for i in range(N_UPSERTS)]
    store.ensure_days(UPSERT_DAY.date())
    began = time.perf_counter()
    for first in range(0, N_UPSERTS, 16):
        with store.begin() as transaction:
            for sighting in sightings[first : first + 16]:
                transaction.sightings.upsert(sighting)
    return {"upserts_per_s": round(N_UPSERTS / (time.perf_counter() - began))}


def sizes(store: Store) -> dict[str, int]:
    """Bytes a sighting: each table's rows and, apart, its indexes."""
    day = f"{UPSERT_DAY:%Y%m%d}"
    tables = {"sightings": f"sightings_{day}", "embeddings": f"sighting_embeddings_{day}", "days": "sighting_days"}
    found: dict[str, int] = {}
    with store.begin() as transaction:
        for name, table in tables.items():
            rows, indexes = transaction.session.execute(
                text("SELECT pg_table_size(CAST(:t AS regclass)), pg_indexes_size(CAST(:t AS regclass))"), {"t": table}
            ).one()
            found[f"{name}_rows"], found[f"{name}_indexes"] = round(rows / N_UPSERTS), round(indexes / N_UPSERTS)
    found["all"] = sum(found.values())
    return found


def fill(url: str, store: Store, n: int) -> NDArray[np.float32]:
    """`n` embeddings evenly over the days and cameras, by COPY; their vectors (n, D) in order of their ids."""
    store.ensure_days(*(START.date() + timedelta(days=day) for day in range(N_DAYS)))
    vectors = builders.unit_vectors(n, D, seed=5)
    with store.begin() as transaction:
        number = transaction.session.execute(text("SELECT id FROM embedding_models")).scalar_one()
    lines = io.StringIO()
    for i, vector in enumerate(vectors):
        at = START + timedelta(days=i % N_DAYS, seconds=(i // N_DAYS) % 86_000)
        row = (at, at + timedelta(seconds=8), at.date(), number, UUID(int=i), f"camera-{(i // N_DAYS) % N_CAMERAS:03}")
        lines.write("\t".join(map(str, row)) + "\t" + to_literal(vector) + "\n")
    lines.seek(0)
    engine = open_unlimited(url, application_name="benchmark")
    raw = engine.raw_connection()
    columns = "started_at, ended_at, started_on, model_id, sighting_id, camera_id, vector"
    raw.cursor().copy_expert(f"COPY sighting_embeddings ({columns}) FROM STDIN", lines)
    raw.commit()
    raw.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"INSERT INTO sighting_days SELECT sighting_id, started_on FROM sighting_embeddings WHERE {NEW}"))
        connection.execute(text("VACUUM (ANALYZE) sighting_embeddings, sighting_days"))
    engine.dispose()
    return vectors


def searches(store: Store, vectors: NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Median milliseconds and compared rows a second, of searches with 1, 3 and 5 probes over all, one day and five cameras."""
    whole = Scope(TimeWindow(START, START + timedelta(days=N_DAYS)))
    one_day = Scope(TimeWindow(START + timedelta(days=1), START + timedelta(days=1, hours=23, minutes=59)))
    few = Scope(whole.window, tuple(CameraId(f"camera-{c:03}") for c in range(5)))
    probes = builders.unit_vectors(5, D, seed=9)
    found = {}
    for name, k, scope, n in [
        ("all_1_probe", 1, whole, len(vectors)),
        ("all_3_probes", 3, whole, len(vectors)),
        ("all_5_probes", 5, whole, len(vectors)),
        ("one_day_1_probe", 1, one_day, len(vectors) // N_DAYS),
        ("five_cameras_1_probe", 1, few, len(vectors) // N_CAMERAS * 5),
    ]:
        ms = timed_ms(partial(near, store, probes[:k], scope))
        found[name] = {"ms": round(ms, 1), "rows": n, "rows_per_s": round(n / ms * 1000)}
    check(store, vectors, probes, whole)
    found["numpy_1_probe"] = {"ms": round(timed_ms(lambda: (1.0 - vectors @ probes[:1].T).min(axis=1)), 2)}
    found["vectors_of_1000"] = {"ms": round(timed_ms(lambda: read(store, probes[:1], whole)), 1)}
    return found


def near(store: Store, probes: NDArray[np.float32], scope: Scope, limit: int = LIMIT) -> list[tuple[UUID, float]]:
    """One search in a transaction of its own."""
    with store.begin() as transaction:
        return [(id, d) for id, d in transaction.sightings.nearest(probes, builders.MODEL, scope, limit=limit)]


def read(store: Store, probes: NDArray[np.float32], scope: Scope) -> NDArray[np.float32]:
    """A search for 1,000 and their vectors, as re-ranking needs them."""
    with store.begin() as transaction:
        ids = [id for id, _ in transaction.sightings.nearest(probes, builders.MODEL, scope, limit=1000)]
        return transaction.sightings.vectors(ids, builders.MODEL)


def check(store: Store, vectors: NDArray[np.float32], probes: NDArray[np.float32], scope: Scope) -> None:
    """Ends the benchmark where the search is not exact."""
    distances = (1.0 - probes @ vectors.T).min(axis=0)
    found = near(store, probes, scope)
    assert np.allclose([d for _, d in found], np.sort(distances)[:LIMIT], atol=1e-3)
    assert found[0][0] == UUID(int=int(np.argmin(distances)))


def timed_ms(act: Callable[[], object]) -> float:
    """The median duration of ROUNDS calls, after one that does not count."""
    act()
    durations = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        durations.append(time.perf_counter() - began)
    return median(durations) * 1000


if __name__ == "__main__":
    main()
