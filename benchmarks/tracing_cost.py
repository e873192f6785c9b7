"""What traces cost: `python -m benchmarks.tracing_cost`.

Processor time of the spans alone, those of a query of one photo and those of a frame that becomes a sighting and is looked at by
alert, as they are in the running services: with tracing off, on but not sampled, and sampled. That includes sending, to another
process that answers at once. All in one run, by turns; the least of the rounds counts, as a busy machine only adds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks.measuring.figures import write
from haetae.bus.effects import Message
from haetae.bus.traced import steps_of
from haetae.http.traced import began, ended
from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector

N, ROUNDS = 400, 12
STAGES = ("count", "scan", "vectors", "rerank", "load", "group")
NETWORKS = {"detect": ("detector",), "reid": ("embedder", "attributes"), "alert": ()}
TRANSACTIONS = {"detect": 0, "reid": 1, "alert": 1}
TOPICS = {"detect": "haetae.frames.1", "reid": "haetae.tracklets", "alert": "haetae.sightings"}
_COLLECTOR = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def used(networks: tuple[str, ...], transactions: int) -> None:
    """The spans of calls and transactions."""
    for name in networks:
        with tracing.span(f"triton {name}", {"haetae.model": name, "haetae.batch": 1}, tracing.Kind.CLIENT):
            pass
    for _ in range(transactions):
        with tracing.span("postgresql transaction", {"db.system.name": "postgresql"}, tracing.Kind.CLIENT):
            pass


def query() -> None:
    """13 spans."""
    with began("/v1/queries", {}) as step:
        used(("detector", "detector", "embedder"), 3)
        for stage in STAGES:
            tracing.passed(f"query {stage}", 0.001, {"haetae.n_sightings": 100})
        ended(step, "0" * 32, ("POST", "/v1/queries"), 201)


def frame() -> None:
    """9 spans, in the messages of three services."""
    step = tracing.frame("ingest frame", datetime.now(UTC), {"haetae.camera.id": "gate-1", "haetae.frame.bytes": 50_000})
    traceparent = step.traceparent
    step.end()
    for service, topic in TOPICS.items():
        with steps_of([Message(topic, "1-1", b"", traceparent=traceparent)], service) as (message,):
            used(NETWORKS[service], TRANSACTIONS[service])
            traceparent = message.traceparent


def cost_us(work: Callable[[], None], collector: Collector | None) -> float:
    """Processor time of one of them in this process, its threads and the end included."""
    tracing.start("benchmark", collector)
    before = time.process_time()
    for n in range(N):
        work()
        if collector is not None and collector.sample_ratio and n % 40 == 0:
            time.sleep(0.05)  # no span is dropped: it would cost less
    tracing.stop()
    return 1e6 * (time.process_time() - before) / N


@contextmanager
def collector() -> Iterator[str]:
    """The address of one that takes everything."""
    process = subprocess.Popen([sys.executable, "-c", _COLLECTOR], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def main() -> None:
    with collector() as address:
        ways = {
            "off": None,
            "on, not sampled": Collector(address, sample_ratio=0.0, frame_sample_ratio=0.0),
            "sampled": Collector(address, sample_ratio=1.0, frame_sample_ratio=1.0),
        }
        subjects: dict[str, Callable[[], None]] = {"query": query, "frame": frame}
        seen: dict[str, dict[str, list[float]]] = {name: {way: [] for way in ways} for name in subjects}
        for _ in range(ROUNDS):
            for name, work in subjects.items():
                for way, where in ways.items():
                    seen[name][way].append(cost_us(work, where))
    figures = {f"{name} cpu us": {way: round(min(all_), 1) for way, all_ in by_way.items()} for name, by_way in seen.items()}
    for name, row in figures.items():
        print(name, row)
    print(write("tracing_cost", {**figures, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
