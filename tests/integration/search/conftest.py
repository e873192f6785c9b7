"""The API over a real database, real networks and a gallery out of real clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.photo_people import PhotoPeople
from haetae.media.address import AddressPolicy
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
from tests.integration.search.clip_gallery import ClipGallery
from tests.kit.builders import T0, camera
from tests.kit.schemas import own_schema

ROLES = ("viewer", "operator", "admin", "service")


@dataclass(frozen=True, slots=True, eq=False)
class Api:
    """The running API: its parts, a key for each role, and what its gallery holds by camera."""

    client: TestClient
    desk: Desk
    keys: dict[str, str]
    gallery: dict[str, list[Sighting]]
    imports: Path

    def headers(self, role: str = "operator") -> dict[str, str]:
        """The header that a caller of this role sends."""
        return {"Authorization": f"Bearer {self.keys[role]}"}

    def acts(self) -> list[str]:
        """What the audit holds, newest first."""
        with self.desk.store.begin() as transaction:
            return [record.act for record in transaction.audit.page(limit=50)]

    def n_stored(self) -> tuple[int, int]:
        """How many queries and sightings are stored."""
        with self.desk.store.begin() as transaction:
            counted = [transaction.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("queries", "sightings")]
        return counted[0] or 0, counted[1] or 0

    def limited_to(self, **limits: float) -> TestClient:
        """The same API for callers who may ask so often."""
        buckets = Buckets(per_minute=limits["per_minute"], at_once=int(limits["at_once"]), clock=self.desk.clock)
        return _client(replace(self.desk, buckets=buckets))


def _client(desk: Desk) -> TestClient:
    keys = RememberedKeys(desk.store.caller, remembered_s=0.0)
    return TestClient(make_app(desk, keys, Health()), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def _store(postgres_url: str) -> Iterator[Store]:
    with own_schema(postgres_url, "search_api") as url:
        migrate(url)
        store = open_store(url, cipher=Cipher([Cipher.new_key()]), application_name="search-tests")
        yield store
        store.close()


@pytest.fixture(scope="session")
def api(
    _store: Store, redis_url: str, models_folder: Path, clips_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """Three clips as three cameras: two people one by one, three together, a shop."""
    inference, clock, section = LocalInference(models_folder), SystemClock(), SearchSection()
    blobs, imports = LocalFolder(tmp_path_factory.mktemp("blobs")), tmp_path_factory.mktemp("imports")
    detector, embedder = PersonDetector(inference, "rtmdet-nano"), Embedder(inference, "reid-0288")
    desk = Desk(
        store=_store,
        blobs=blobs,
        ledger=Ledger(connect(redis_url)),
        reader=ProbeReader(PhotoPeople(detector), embedder),
        pipeline=SearchPipeline(section.ranking, clock),
        addresses=AddressPolicy(("10.0.0.0/8",), (imports,)),
        buckets=Buckets(per_minute=1e6, at_once=1_000_000, clock=clock),
        section=section,
        clock=clock,
    )
    maker = ClipGallery(inference, blobs)
    clips = {"one": ("one-by-one-person-detection", 48.0), "body": ("bodypose", 6.0), "shop": ("Retail02_short", 6.0)}
    gallery = {
        name: maker.sightings(clips_folder / f"{clip}.mp4", name, T0 + timedelta(minutes=n), rate_hz=3.0, longest_s=longest_s)
        for n, (name, (clip, longest_s)) in enumerate(clips.items())
    }
    with _store.begin() as transaction:
        keys = {role: transaction.api_keys.add(f"a {role}", role) for role in ROLES}
        for name in clips:
            transaction.cameras.add(camera(name))
    for sighting in (one for seen in gallery.values() for one in seen):
        with _store.begin() as transaction:
            transaction.sightings.upsert(sighting)
    with _client(desk) as client:
        yield Api(client, desk, keys, gallery, imports)
