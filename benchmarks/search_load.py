"""How long whole queries take while many ask and sightings go on arriving.

    python -m benchmarks.search_load [--rows 100000] [--callers 1,10,50] [--rate 2,5,10] [--seconds 20] [--inserts 500]
                                     [--processes 1] [--at-once N] [--network NAME] [--save]

A real PostgreSQL with a gallery as large as asked for (see `measuring.crowd` and `measuring.large_gallery`), the search service's
API in one process or several, an inserting process that upserts so many sightings a second, and callers: each of so many asks
anew as soon as the answer is there (`--callers`), or queries come by chance, so many a second (`--rate`). A query looks for the
person of one confirmed sighting in all 30 days and cameras: candidates, re-ranking, people, trajectories, storing and HTTP
included, the embedding of a photo not (see `benchmarks.query` for that). Several processes are asked in turn, as replicas are.

A million rows take minutes to draw and fill; what is being done is said on stderr. `--save` writes the entry "search_load" of
benchmarks/results/<date>-<machine>.json and draws docs/results/search-load.svg.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.measuring import figures
from benchmarks.measuring.callers import Asking, Heard, closed, opened
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
WINDOW = {"from": START.isoformat(), "to": (START + timedelta(days=N_DAYS)).isoformat(), "limit": 50}
_OWN = mp.get_context("spawn")


class Unasked:
    """The networks' place: queries by confirmed sightings ask for nothing but which model serves."""

    model: ModelVersion = builders.MODEL

    def find(self, photos: Sequence[object]) -> list[list[object]]:
        """Nobody in no photo."""
        return [[] for _ in photos]

    def embed(self, crops: Sequence[object]) -> Vectors:
        """Never called."""
        raise AssertionError("no photo is asked with")


def main() -> None:
    """Fills, serves, inserts, asks, and writes the figures."""
    given = _arguments()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the service sets it, whose processes begin with this one's modules
    say = _teller()
    crops, people = embedded_crops(given.network.split(","))
    crowd = Crowd.fitted(crops, people)
    say(f"drawing {given.rows:,} sightings")
    vectors, _ = crowd.sightings(given.rows, PER_PERSON, SEED)
    found: dict[str, object] = {"n_rows": given.rows, "dimension": vectors.shape[1], "inserts_asked_per_s": given.inserts}
    with tempfile.TemporaryDirectory() as folder, servers.postgres(Path(folder) / "postgres") as (part, _):
        migrate(part.url)
        store = open_store(part.url, cipher=Cipher([]))
        fill(part.url, store, vectors, with_sightings=True, say=say)
        with store.begin() as transaction:
            token = transaction.api_keys.add("benchmark", "operator")
        store.close()
        del vectors
        new = normalised(crowd.sightings(4096, PER_PERSON, SEED + 1)[0])
        with _serving(given, part.url, folder, found, say) as served:
            ids = [str(id_of(row)) for row in np.random.default_rng(SEED).choice(given.rows, 1000, replace=False).tolist()]
            asking = Asking([port for _, port in served], token, WINDOW, ids)
            closed(asking, len(served), 3.0)
            with _inserting(given.inserts, part.url, new, found):
                found |= _asked(given, asking, [pid for pid, _ in served], say)
    found |= {"processes": given.processes, "load_after": round(os.getloadavg()[0], 1)}
    if given.save:
        _save(given, found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--callers", default="1,10,50", help="numbers of callers who ask back to back; empty for none")
    parser.add_argument("--rate", default="", help="queries a second that come by chance")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--inserts", type=float, default=500)
    parser.add_argument("--processes", type=int, default=1, help="of the service")
    parser.add_argument("--at-once", type=int, default=None, help="queries that each answers at once; as set up unless given")
    parser.add_argument("--network", default="haetae-reid")
    parser.add_argument("--save", action="store_true")
    return parser.parse_args()


def _teller() -> Callable[[str], None]:
    """Says on stderr what goes on, and when."""
    began = time.perf_counter()
    return lambda what: print(f"{time.perf_counter() - began:7.1f} s  {what}", file=sys.stderr, flush=True)


@contextmanager
def _serving(
    given: argparse.Namespace, url: str, folder: str, found: dict[str, object], say: Callable[[str], None]
) -> Iterator[list[tuple[int, int]]]:
    """So many processes of the service: each one's process id and port."""
    stop, (here, there) = _OWN.Event(), _OWN.Pipe()
    processes = [
        _OWN.Process(target=serve, args=(url, folder, given.at_once, there, stop), daemon=True) for _ in range(given.processes)
    ]
    served = []
    for process in processes:  # one after the other: the first compiles what the others load
        process.start()
        served.append(about := here.recv())
        say(f"serves: {about}")
    found["served"] = served[0] if len(served) == 1 else served
    try:
        yield [(process.pid or 0, about["port"]) for process, about in zip(processes, served, strict=True)]
    finally:
        stop.set()
        for process in processes:
            process.join(20)


@contextmanager
def _inserting(per_s: float, url: str, vectors: Vectors, found: dict[str, object]) -> Iterator[None]:
    """A process that inserts meanwhile; how many a second it were stands in `found` afterwards."""
    stop, (here, there) = _OWN.Event(), _OWN.Pipe()
    process = _OWN.Process(target=insert, args=(url, vectors, per_s, there, stop), daemon=True)
    if per_s:
        process.start()
    try:
        yield
    finally:
        stop.set()
        if per_s:
            found["inserted_per_s"] = here.recv()
            process.join(20)


def _asked(given: argparse.Namespace, asking: Asking, pids: Sequence[int], say: Callable[[str], None]) -> dict[str, Any]:
    """The figures by number of callers, and by rate."""

    def measured(what: str, ask: Callable[[], Heard]) -> dict[str, Any]:
        service_s, own_s = sum(map(busy_s, pids)), busy_s(os.getpid())
        one = ask().figures()
        n = max(1, one["n"])
        one["service_cpu_ms"] = round(1000 * (sum(map(busy_s, pids)) - service_s) / n, 1)
        one["callers_cpu_ms"] = round(1000 * (busy_s(os.getpid()) - own_s) / n, 1)
        say(f"{what}: {one}")
        return one

    callers = {
        n: measured(f"{n} callers", lambda n=n: closed(asking, n, given.seconds))  # type: ignore[misc]
        for n in map(int, filter(None, given.callers.split(",")))
    }
    rates = {
        rate: measured(f"{rate:g} a second", lambda rate=rate: opened(asking, rate, given.seconds))  # type: ignore[misc]
        for rate in map(float, filter(None, given.rate.split(",")))
    }
    return {"callers": callers, "rates": rates}


def _save(given: argparse.Namespace, found: dict[str, Any]) -> None:
    print(figures.write("search_load", found), file=sys.stderr)
    by_callers = found["callers"]
    if by_callers:
        lines = {name: [(float(n), one[f"{name}_ms"]) for n, one in by_callers.items()] for name in ("p95", "p50")}
        title = f"Whole queries over {given.rows:,} sightings, {given.inserts:g} arriving a second"
        axes = ("callers who ask at once", "milliseconds")
        (RESULTS / "search-load.svg").write_text(drawn(title, axes, lines), encoding="utf-8")


def serve(url: str, folder: str, at_once: int | None, told_to: Connection, stop: Event) -> None:
    """The API over the database; tells its port and what its index holds once that is loaded."""
    section, clock = SearchSection(answered_at_once=at_once), SystemClock()
    store = open_store(url, cipher=Cipher([Cipher.new_key()]), pool_size=max(8, section.n_connections))
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


def busy_s(pid: int | None) -> float:
    """Processor seconds of a process until now."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
