"""The way of a person of an answer, and travel times that are learned over the API."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.testing import CliRunner

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.cli.main import application
from haetae.domain.geometry import GeoPoint
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
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
from tests.integration.search.conftest import ROLES
from tests.kit.builders import T0, camera, embedding, sighting
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.integration
WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}
N_PEOPLE, WALK_S, STAY_S = 12, 170, 10


class AfterT0(SystemClock):
    """A clock that stands an hour after the walkers came."""

    def now(self) -> datetime:
        return T0 + timedelta(hours=1)


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """An API over three cameras in a street, 200 m apart, past which twelve people walked; `walks` by person and camera."""

    client: TestClient
    store: Store
    keys: dict[str, str]
    walks: list[list[Sighting]]

    def call(self, method: str, path: str, role: str = "operator", **how: Any) -> Any:
        return self.client.request(method, path, headers={"Authorization": f"Bearer {self.keys[role]}"}, **how)

    def asked(self, *confirmed: Sighting) -> str:
        """The number of a query for somebody who is known from these sightings."""
        answer = self.call("POST", "/v1/queries", json={**WINDOW, "confirmed": [str(each.id) for each in confirmed]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
def street(postgres_url: str, redis_url: str, models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Nobody has learned anything yet."""
    with own_schema(postgres_url, "search_street") as url:
        migrate(url)
        store = open_store(url, cipher=Cipher([Cipher.new_key()]), application_name="street-tests")
        inference, clock, section = LocalInference(models_folder), AfterT0(), SearchSection()
        desk = Desk(
            store=store,
            blobs=LocalFolder(tmp_path_factory.mktemp("blobs")),
            ledger=Ledger(connect(redis_url)),
            reader=ProbeReader(PhotoPeople(PersonDetector(inference, "rtmdet-nano")), Embedder(inference, "reid-0288")),
            pipeline=SearchPipeline(section.ranking, clock),
            addresses=AddressPolicy((), ()),
            buckets=Buckets(per_minute=1e6, at_once=1_000_000, clock=clock),
            section=section,
            clock=clock,
        )
        walks = [_walk(person, desk) for person in range(N_PEOPLE)]
        with store.begin() as transaction:
            keys = {role: transaction.api_keys.add(f"a {role}", role) for role in ROLES}
            for n in range(3):
                transaction.cameras.add(camera(f"way-{n}", position=GeoPoint(37.5, 127.0 + 0.002267 * n)))
            transaction.cameras.add(camera("nowhere", position=None))
        for one in (each for walk in walks for each in walk):
            with store.begin() as transaction:
                transaction.sightings.upsert(one)
        with TestClient(make_app(desk, RememberedKeys(store.caller, remembered_s=0.0), Health())) as client:
            yield Street(client, store, keys, walks)
        store.close()


def _walk(person: int, desk: Desk) -> list[Sighting]:
    looks = replace(embedding(100 + person), model=desk.reader.model)
    begin = T0 + timedelta(seconds=97 * person)
    return [
        sighting(
            1000 * (person + 1) + n,
            f"way-{n}",
            started_at=begin + timedelta(seconds=(WALK_S + person) * n),
            ended_at=begin + timedelta(seconds=(WALK_S + person) * n + STAY_S),
            embedding=looks,
        )
        for n in range(3)
    ]


def _way(street: Street, query: str, **how: Any) -> Any:
    return street.call("GET", f"/v1/queries/{query}/people/1/trajectory", params=how)


def test_a_way_goes_from_camera_to_camera_in_order_of_time(street: Street) -> None:
    """Whoever is known from one sighting is followed over all three cameras; where nobody learned, the map tells what is next."""
    last = street.walks[0][2].ended_at
    way = _way(street, street.asked(street.walks[0][1]), at=last.isoformat()).json()
    assert [step["camera_id"] for step in way["steps"]] == ["way-0", "way-1", "way-2"]
    assert [step["sighting_id"] for step in way["steps"]] == [str(each.id) for each in street.walks[0]]
    assert [step["seconds_before"] for step in way["steps"]] == [None, WALK_S - STAY_S, WALK_S - STAY_S]
    assert all(step["margin"] > 0 for step in way["steps"])
    assert way["left_out"] == []
    assert way["gaps"] == []
    assert way["next_cameras"]
    assert sum(there["probability"] for there in way["next_cameras"]) <= 1.0
    assert all(last.isoformat() <= there["earliest"].replace("Z", "+00:00") <= there["latest"] for there in way["next_cameras"])


def test_a_map_shows_the_way(street: Street) -> None:
    """GeoJSON: a line from west to east, longitude first, a point for each stop, and what has no place without geometry."""
    answer = _way(street, street.asked(street.walks[1][0]), format="geojson", at=street.walks[1][2].ended_at.isoformat())
    assert answer.headers["content-type"].startswith("application/geo+json")
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    by_kind: dict[str, list[Any]] = {}
    for feature in told["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        by_kind.setdefault(feature["properties"]["kind"], []).append(feature)
    [line] = by_kind["way"]
    assert line["geometry"]["type"] == "LineString"
    assert [round(longitude, 3) for longitude, _ in line["geometry"]["coordinates"]] == [127.0, 127.002, 127.005]
    assert {latitude for _, latitude in line["geometry"]["coordinates"]} == {37.5}
    assert [each["properties"]["n"] for each in by_kind["stop"]] == [1, 2, 3]
    assert all(each["geometry"]["type"] == "Point" for each in by_kind["stop"])


def test_a_spreadsheet_shows_the_way(street: Street) -> None:
    """CSV: a row a stop in order of time, in columns that are named."""
    answer = _way(street, street.asked(street.walks[1][0]), format="csv", at=street.walks[1][2].ended_at.isoformat())
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.text)))
    stops = [row for row in rows if row["kind"] == "stop"]
    assert [row["camera_id"] for row in stops] == ["way-0", "way-1", "way-2"]
    assert all(earlier["ended_at"] < later["started_at"] for earlier, later in pairwise(stops))
    assert {row["kind"] for row in rows[3:]} <= {"next_camera"}


def test_the_same_way_twice_is_the_same(street: Street) -> None:
    """Nothing of a way is left to chance."""
    query, at = street.asked(street.walks[2][0]), T0.isoformat()
    assert _way(street, query, at=at).json() == _way(street, query, at=at).json()


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/people/0/trajectory", 404, "unknown-person"),
        ("/people/99999999999999999999/trajectory", 404, "unknown-person"),
        ("/people/1/trajectory?target=1", 404, "unknown-target"),
        ("/people/1/trajectory?format=pdf", 422, "invalid-request"),
        ("/people/1/trajectory?at=2026-05-04T10:00:00", 422, "invalid-request"),
    ],
)
def test_what_is_not_there_is_refused(street: Street, path: str, status: int, kind: str) -> None:
    """Unknown people, targets, formats and instants without a zone are problems of the caller."""
    answer = street.call("GET", f"/v1/queries/{street.asked(street.walks[0][0])}{path}")
    assert answer.status_code == status
    assert answer.json()["type"].endswith(kind)


def test_times_are_learned_taken_back_and_audited(street: Street) -> None:
    """Admins learn and go back; what is learned foretells people better than the map, and the next cameras follow it."""
    assert street.call("GET", "/v1/travel-times").status_code == 404
    for walk in street.walks[:8]:
        street.asked(*walk)
    assert street.call("POST", "/v1/travel-times", json={"days": 30}).status_code == 403
    learned = street.call("POST", "/v1/travel-times", "admin", json={"days": 30})
    assert learned.status_code == 201, learned.text
    told = learned.json()
    assert told["n_confirmed"] >= 8
    assert told["n_pairs"] == 3  # 0-1, 0-2, 1-2: nobody came back
    assert street.call("GET", "/v1/travel-times", "viewer").json() == told
    walk = street.walks[11]
    way = _way(street, street.asked(walk[0]), at=walk[2].ended_at.isoformat()).json()
    assert way["n_examples"] > 0
    after_first = _way(street, street.asked(walk[0]), at=walk[0].ended_at.isoformat()).json()
    assert after_first["gaps"] == []
    assert street.call("DELETE", "/v1/travel-times").status_code == 403
    assert street.call("DELETE", "/v1/travel-times", "admin").status_code == 204
    assert street.call("GET", "/v1/travel-times").status_code == 404
    assert street.call("DELETE", "/v1/travel-times", "admin").status_code == 404
    with street.store.begin() as transaction:
        acts = {record.act for record in transaction.audit.page(limit=200)}
    assert {"travel_times_learned", "travel_times_forgotten", "trajectory_viewed"} <= acts


def test_the_command_learns_and_goes_back(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """`haetae tune routes` tells what it learned as JSON; with --undo nothing is known any more."""
    street.asked(*street.walks[0])
    served = serve_in_thread(street.client.app, "127.0.0.1", 0)  # type: ignore[arg-type]
    monkeypatch.setenv("HAETAE_API__URL", f"http://127.0.0.1:{served.port}")
    monkeypatch.setenv("HAETAE_API__TOKEN", street.keys["admin"])
    words = ["tune", "routes", "--json"]
    learned = CliRunner().invoke(application(words), [*words, "--confirmed-only"])
    undone = CliRunner().invoke(application(words), [*words, "--undo"])
    served.stop()
    assert learned.exit_code == 0, (learned.output, learned.exception)
    told = json.loads(learned.stdout)
    assert told["n_confirmed"] >= 1
    assert told["n_certain"] == 0
    assert (undone.exit_code, json.loads(undone.stdout)) == (0, {"forgotten": True})
    assert street.call("GET", "/v1/travel-times").status_code == 404


def test_certain_sightings_teach_where_nobody_confirmed(street: Street) -> None:
    """Without any confirmed person the network's certain pairs are learned from, at less weight."""
    with street.store.begin() as transaction:
        transaction.session.execute(text("DELETE FROM queries"))
    told = street.call("POST", "/v1/travel-times", "admin", json={"days": 30}).json()
    assert (told["n_confirmed"], told["n_certain"]) == (0, N_PEOPLE)
    assert 0 < told["n_examples"] < N_PEOPLE
    nothing = street.call("POST", "/v1/travel-times", "admin", json={"days": 30, "certain": False})
    assert nothing.status_code == 409
    assert nothing.json()["type"].endswith("nothing-to-learn")
