"""How long whole queries take while many ask at once and sightings go on arriving.

    python -m benchmarks.search_load [--rows 100000] [--callers 1,10,50] [--seconds 20] [--inserts 500] [--network NAME] [--save]

A real PostgreSQL with a gallery as large as asked for (see `measuring.crowd` and `measuring.large_gallery`), the search service's
API in a process of its own, an inserting process that upserts so many sightings a second, and callers each of whom asks anew as
soon as the answer is there. A query looks for the person of one confirmed sighting in all 30 days and cameras: candidates,
re-ranking, people, trajectories, storing and HTTP included, the embedding of a photo not (see `benchmarks.query` for that).

`--save` writes the entry "search_load" of benchmarks/results/<date>-<machine>.json and draws docs/results/search-load.svg.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks.measuring import figures
from benchmarks.measuring.crowd import Crowd, embedded_crops
from benchmarks.measuring.curves import RESULTS, drawn
from benchmarks.measuring.large_gallery import N_CAMERAS, N_DAYS, START, camera_name, fill, id_of
from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.domain.embedding import Embedding, ModelVersion, Vectors, normalised
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.media.address import AddressPolicy
from haetae.ranking.warm_up import warm_up
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.telemetry.health import Health
from services.search.app import make_app
from services.search.desk import Desk
from services.search.index import Indexing
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection
from tests.kit import builders, servers

SEED, PER_PERSON, A_BATCH = 5, 10, 25
LAST_DAY = START + timedelta(days=N_DAYS - 1, hours=12)


class Unasked:
    """The networks' place: queries by confirmed sightings ask for nothing but which model serves."""

    model: ModelVersion = builders.MODEL

    def find(self, photos: Sequence[object]) -> list[list[object]]:
        """Nobody in no photo."""
        return [[] for _ in photos]

    def embed(self, crops: Sequence[object]) -> Vectors:
        """Never called."""
        raise AssertionError("no photo is asked with")


@dataclass(slots=True)
class Heard:
    """What callers saw: seconds of each query, steps' milliseconds, how many went wrong."""

    durations_s: list[float] = field(default_factory=list)
    steps_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


def main() -> None:
    """Fills, serves, inserts, asks, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--callers", default="1,10,50")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--inserts", type=float, default=500)
    parser.add_argument("--network", default="haetae-reid")
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    crops, people = embedded_crops(given.network.split(","))
    crowd = Crowd.fitted(crops, people)
    vectors, _ = crowd.sightings(given.rows, PER_PERSON, SEED)
    found: dict[str, object] = {"n_rows": given.rows, "dimension": vectors.shape[1], "inserts_asked_per_s": given.inserts}
    own = mp.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, servers.postgres(Path(folder) / "postgres") as (part, _):
        migrate(part.url)
        store = open_store(part.url, cipher=Cipher([]))
        fill(part.url, store, vectors, with_sightings=True)
        with store.begin() as transaction:
            token = transaction.api_keys.add("benchmark", "operator")
        store.close()
        new = normalised(crowd.sightings(4096, PER_PERSON, SEED + 1)[0])
        stop, (here, there) = own.Event(), own.Pipe()
        server = own.Process(target=serve, args=(part.url, folder, there, stop), daemon=True)
        inserter = own.Process(target=insert, args=(part.url, new, given.inserts, there, stop), daemon=True)
        server.start()
        found["served"] = about = here.recv()
        print(about, file=sys.stderr)
        ids = [str(id_of(row)) for row in np.random.default_rng(SEED).choice(given.rows, 1000, replace=False).tolist()]
        address = f"http://127.0.0.1:{about['port']}"
        asked(address, token, ids, 1, 3.0)
        if given.inserts:
            inserter.start()
        by_callers: dict[int, dict[str, Any]] = {}
        for n in map(int, given.callers.split(",")):
            before = busy_s(server.pid)
            by_callers[n] = told(asked(address, token, ids, n, given.seconds), given.seconds)
            by_callers[n]["service_cpu_ms"] = round(1000 * (busy_s(server.pid) - before) / max(1, by_callers[n]["n"]), 1)
            print(n, by_callers[n], file=sys.stderr, flush=True)
        stop.set()
        if given.inserts:
            found["inserted_per_s"] = here.recv()
            inserter.join(20)
        server.join(20)
    found |= {"callers": by_callers, "load_after": round(os.getloadavg()[0], 1)}
    if given.save:
        print(figures.write("search_load", found), file=sys.stderr)
        line = [(float(n), one["p95_ms"]) for n, one in by_callers.items()]
        middle = [(float(n), one["p50_ms"]) for n, one in by_callers.items()]
        title = f"Whole queries over {given.rows:,} sightings, {given.inserts:g} arriving a second"
        axes = ("callers who ask at once", "milliseconds")
        (RESULTS / "search-load.svg").write_text(drawn(title, axes, {"p95": line, "p50": middle}), encoding="utf-8")


def serve(url: str, folder: str, told_to: Connection, stop: Event) -> None:
    """The API over the database; tells its port and what its index holds once that is loaded."""
    section, clock = SearchSection(), SystemClock()
    store = open_store(url, cipher=Cipher([Cipher.new_key()]), pool_size=8)
    networks = Unasked()
    beside = open_store(url, cipher=Cipher([]), pool_size=2)
    indexing = Indexing(beside, lambda: networks.model, section.index_limits, every_s=section.index_refresh_s)
    began = time.perf_counter()
    indexing.refresh()
    loaded_s = time.perf_counter() - began
    warm_up()
    desk = Desk(
        store=store,
        blobs=LocalFolder(Path(folder) / "blobs"),
        ledger=Ledger(connect("redis://127.0.0.1:1")),  # never asked
        reader=ProbeReader(networks, networks),  # type: ignore[arg-type]
        pipeline=SearchPipeline(section.ranking, clock),
        addresses=AddressPolicy(),
        buckets=Buckets(per_minute=1e6, at_once=1_000_000, clock=clock),
        section=section,
        clock=clock,
        index=indexing,
    )
    ended = threading.Event()
    indexing.start(ended)
    served = serve_in_thread(make_app(desk, RememberedKeys(store.caller, remembered_s=60), Health()), "127.0.0.1", 0)
    mib = round(psutil.Process().memory_info().rss / 2**20)
    told_to.send({"port": served.port, "resident_mib": mib, "loaded_s": round(loaded_s, 1)})
    stop.wait()
    ended.set()
    served.stop()
    store.close()
    beside.close()


def insert(url: str, vectors: Vectors, per_s: float, told_to: Connection, stop: Event) -> None:
    """Stores new sightings of the last day at an even rate, or as fast as it can; tells how many a second it were."""
    store = open_store(url, cipher=Cipher([]))
    began, n = time.perf_counter(), 0
    while not stop.is_set():
        with store.begin() as transaction:
            for number in range(n, n + A_BATCH):
                at = LAST_DAY + timedelta(milliseconds=2 * number)
                embedding = Embedding(vectors[number % len(vectors)], builders.MODEL)
                camera = camera_name(number % N_CAMERAS)
                transaction.sightings.upsert(builders.sighting(number, camera, started_at=at, embedding=embedding))
        n += A_BATCH
        stop.wait(max(0.0, began + n / per_s - time.perf_counter()))
    told_to.send(round(n / (time.perf_counter() - began)))
    store.close()


def asked(address: str, token: str, ids: Sequence[str], n_callers: int, seconds: float) -> Heard:
    """What so many callers heard who ask one query after another for some seconds."""
    heard, until = Heard(), time.perf_counter() + seconds
    window = {"from": START.isoformat(), "to": (START + timedelta(days=N_DAYS)).isoformat(), "limit": 50}

    def call(caller: int) -> None:
        rng = np.random.default_rng(caller)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False) as client:
            while time.perf_counter() < until:
                began = time.perf_counter()
                response = client.post("/v1/queries", json={**window, "confirmed": [ids[int(rng.integers(len(ids)))]]})
                if response.status_code != 201:
                    heard.failures.append(f"{response.status_code} {response.text[:200]}")
                    continue
                heard.durations_s.append(time.perf_counter() - began)
                for step, ms in response.json()["timings_ms"].items():
                    heard.steps_ms[step].append(ms)

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(n_callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def busy_s(pid: int | None) -> float:
    """Processor seconds of a process until now."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def told(heard: Heard, seconds: float) -> dict[str, Any]:
    """The figures of one number of callers."""
    if not heard.durations_s:
        return {"failures": heard.failures[:3], "n": 0, "p50_ms": 0.0, "p95_ms": 0.0}
    return {
        "n": len(heard.durations_s),
        "per_s": round(len(heard.durations_s) / seconds, 1),
        "p50_ms": round(1000 * float(np.percentile(heard.durations_s, 50)), 1),
        "p95_ms": round(1000 * float(np.percentile(heard.durations_s, 95)), 1),
        "steps_ms": {step: round(median(ms), 1) for step, ms in heard.steps_ms.items()},
        "n_failures": len(heard.failures),
        "failures": heard.failures[:3],
    }


if __name__ == "__main__":
    main()
