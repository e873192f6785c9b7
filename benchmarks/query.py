"""How long a search takes, and where the time goes: 20,000 sightings, one photo, over HTTP.

    HAETAE_MODELS__MIRROR=... python -m benchmarks.query [N_SIGHTINGS]

A real PostgreSQL in a temporary folder, the real networks in this process (Triton adds about 3 ms a call), one caller at a time.
Sightings are made up: 2,000 people, ten sightings each, on 50 cameras within one day. The photo is a drawn street, 1280 x 720.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from base64 import b64encode
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import median

import httpx
import numpy as np

from benchmarks.measuring import figures as results
from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.domain.embedding import Embedding
from haetae.domain.geometry import ImageSize
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.imaging.jpeg import encode
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.photo_people import PhotoPeople
from haetae.media.address import AddressPolicy
from haetae.models.drawn_person import street
from haetae.models.pull import pull
from haetae.ranking.warm_up import warm_up
from haetae.settings import Settings
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.telemetry.health import Health
from services.search.app import make_app
from services.search.desk import Desk
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection
from tests.kit import servers
from tests.kit.builders import at, camera, sighting

N_CAMERAS, VISITS, ROUNDS = 50, 10, 40


def fill(store: Store, n: int, embedder: Embedder) -> float:
    """Stores `n` sightings; rows a second."""
    rng = np.random.default_rng(0)
    people = rng.standard_normal((max(1, n // VISITS), embedder.dimensions))
    began_s = time.perf_counter()
    with store.begin() as transaction:
        for number in range(N_CAMERAS):
            transaction.cameras.add(camera(f"camera-{number}"))
    for first in range(0, n, 500):
        with store.begin() as transaction:
            for number in range(first, min(n, first + 500)):
                vector = people[number % len(people)] + 0.5 * rng.standard_normal(embedder.dimensions)
                unit = (vector / np.linalg.norm(vector)).astype(np.float32)
                seen_at = at(75_000.0 * number / n)
                transaction.sightings.upsert(
                    sighting(
                        number,
                        f"camera-{number % N_CAMERAS}",
                        started_at=seen_at,
                        ended_at=seen_at + timedelta(seconds=4),
                        embedding=Embedding(unit, embedder.model),
                    )
                )
    return n / (time.perf_counter() - began_s)


def measured(client: httpx.Client, query: dict[str, object]) -> dict[str, object]:
    """Milliseconds over HTTP, p50 and p95, and the medians of the steps that the answer tells."""
    totals, steps = [], defaultdict(list)
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        response = client.post("/v1/queries", json=query)
        totals.append(1000 * (time.perf_counter() - began_s))
        response.raise_for_status()
        for name, ms in response.json()["timings_ms"].items():
            steps[name].append(ms)
    return {
        "p50_ms": median(totals),
        "p95_ms": float(np.percentile(totals, 95)),
        "steps_ms": {name: median(ms) for name, ms in steps.items()},
    }


def main(n: int) -> None:
    with tempfile.TemporaryDirectory() as name, servers.postgres(Path(name) / "postgres") as (postgres, _):
        folder, clock, section = Path(name), SystemClock(), SearchSection()
        pull(folder / "models", ["rtmdet-nano", "reid-0288"], mirror=Settings.load().models.mirror)
        inference = LocalInference(folder / "models")
        embedder = Embedder(inference, "reid-0288")
        migrate(postgres.url)
        store = open_store(postgres.url, cipher=Cipher([Cipher.new_key()]))
        rows_per_s = fill(store, n, embedder)
        with store.begin() as transaction:
            token = transaction.api_keys.add("benchmark", "operator")
        warm_up()
        photos = PhotoPeople(PersonDetector(inference, "rtmdet-nano"))
        desk = Desk(
            store=store,
            blobs=LocalFolder(folder / "blobs"),
            ledger=Ledger(connect("redis://127.0.0.1:1")),  # never asked
            reader=ProbeReader(photos, embedder),
            pipeline=SearchPipeline(section.ranking, clock),
            addresses=AddressPolicy(),
            buckets=Buckets(per_minute=1e6, at_once=1_000_000, clock=clock),
            section=section,
            clock=clock,
        )
        served = serve_in_thread(make_app(desk, RememberedKeys(store.caller, remembered_s=5), Health()), "127.0.0.1", 0)
        headers = {"Authorization": f"Bearer {token}"}
        window = {"from": at(-3600).isoformat(), "to": at(80_000).isoformat(), "limit": 50}
        photo = {"data": b64encode(encode(street(ImageSize(width=1280, height=720))[0], 90)).decode()}
        attributes = [{"name": "upper_colour", "values": ["red"]}]
        with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", headers=headers, timeout=60, trust_env=False) as client:
            client.post("/v1/queries", json={**window, "photos": [photo]}).raise_for_status()
            figures = {
                "n_sightings": n,
                "stored_per_s": rows_per_s,
                "one_photo": measured(client, {**window, "photos": [photo]}),
                "three_photos": measured(client, {**window, "photos": [photo] * 3}),
                "attributes": measured(client, {**window, "attributes": attributes}),
            }
        served.stop()
        store.close()
    print(json.dumps(figures, indent=2))
    print(results.write("query", figures), file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
