"""The documents of both APIs are committed: a change of an API is seen as a change of its file.

Write it anew with `python -m tests.contract.test_openapi`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.photo_people import PhotoPeople
from haetae.media.address import AddressPolicy
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.telemetry.health import Health
from services.alert.app import make_app as make_alert_app
from services.alert.desk import Desk as AlertDesk
from services.alert.persons import PersonReader
from services.alert.registry import Registry
from services.alert.sending import Sender
from services.alert.settings import AlertSection
from services.search.app import make_app as make_search_app
from services.search.desk import Desk as SearchDesk
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "api"


def search_document(folder: Path) -> dict[str, Any]:
    """The search service's document; nothing of what it is composed of is connected to."""
    clock, section, store = SystemClock(), SearchSection(), _store()
    desk = SearchDesk(
        store=store,
        blobs=LocalFolder(folder / "blobs"),
        ledger=Ledger(connect("redis://127.0.0.1:1")),
        reader=ProbeReader(*_eyes(folder)),
        pipeline=SearchPipeline(section.ranking, clock),
        addresses=AddressPolicy(),
        buckets=Buckets(per_minute=section.queries_per_minute, at_once=section.queries_at_once, clock=clock),
        section=section,
        clock=clock,
    )
    return make_search_app(desk, RememberedKeys(store.caller, remembered_s=0), Health()).openapi()


def alert_document(folder: Path) -> dict[str, Any]:
    """The alert service's document, likewise."""
    clock, store = SystemClock(), _store()
    registry = Registry(store, LocalFolder(folder / "blobs"), PersonReader(*_eyes(folder)), clock)
    desk = AlertDesk(store, registry, Sender(clock, allowed_networks=(), timeout_s=1.0), AlertSection(), (), clock)
    return make_alert_app(desk, RememberedKeys(store.caller, remembered_s=0), Health()).openapi()


def _store() -> Store:
    return open_store("postgresql://127.0.0.1:1/none", cipher=Cipher([Cipher.new_key()]))


def _eyes(folder: Path) -> tuple[PhotoPeople, Embedder]:
    inference = LocalInference(folder)
    return PhotoPeople(PersonDetector(inference, "rtmdet-nano")), Embedder(inference, "reid-0288")


DOCUMENTS = {"search": search_document, "alert": alert_document}


@pytest.fixture(params=sorted(DOCUMENTS))
def api(request: pytest.FixtureRequest) -> str:
    """Each API in turn."""
    return str(request.param)


@pytest.fixture
def document(api: str, tmp_path: Path) -> dict[str, Any]:
    """The API's document as it is now."""
    return DOCUMENTS[api](tmp_path)


def test_the_committed_document_is_the_apis(api: str, document: dict[str, Any]) -> None:
    """docs/api/<service>.json is what the service gives at /openapi.json."""
    assert json.loads((COMMITTED / f"{api}.json").read_text(encoding="utf-8")) == document


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    """Each has a summary, a description, a tag, a key to carry and problems to expect; every reference leads somewhere."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method} {path}"
            assert operation.get("summary"), name
            assert operation.get("description"), name
            assert operation.get("tags"), name
            assert operation.get("security"), name
            assert {"401", "403", "default"} <= set(operation["responses"]), name
    references = {part.split('"')[0] for part in json.dumps(document).split('"#/components/schemas/')[1:]}
    assert references <= set(document["components"]["schemas"])


def test_every_schema_is_described(document: dict[str, Any]) -> None:
    """An integrator reads what each schema is."""
    assert [name for name, schema in document["components"]["schemas"].items() if not schema.get("description")] == []


def test_a_query_is_described_with_an_example(tmp_path: Path) -> None:
    """What can be asked is a schema, though the endpoint parses it by itself."""
    schemas = search_document(tmp_path)["components"]["schemas"]
    assert "examples" in schemas["QueryIn"]
    assert {"from", "to", "photos", "attributes", "cameras", "polygon", "limit"} <= set(schemas["QueryIn"]["properties"])


if __name__ == "__main__":
    for name, made_by in DOCUMENTS.items():
        with tempfile.TemporaryDirectory() as temporary:
            written = json.dumps(made_by(Path(temporary)), indent=1, ensure_ascii=False, sort_keys=True)
        (COMMITTED / f"{name}.json").write_text(written + "\n", encoding="utf-8")
