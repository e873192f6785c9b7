"""The API's document is committed: a change of the API is seen as a change of that file.

Write it anew with `python -m tests.contract.test_openapi`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

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
from haetae.telemetry.health import Health
from services.search.app import make_app
from services.search.desk import Desk
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "api" / "search.json"


def document(folder: Path) -> dict[str, Any]:
    """The search service's document; nothing of what it is composed of is connected to."""
    clock, section, inference = SystemClock(), SearchSection(), LocalInference(folder)
    store = open_store("postgresql://127.0.0.1:1/none", cipher=Cipher([Cipher.new_key()]))
    photos = PhotoPeople(PersonDetector(inference, "rtmdet-nano"))
    desk = Desk(
        store=store,
        blobs=LocalFolder(folder / "blobs"),
        ledger=Ledger(connect("redis://127.0.0.1:1")),
        reader=ProbeReader(photos, Embedder(inference, "reid-0288")),
        pipeline=SearchPipeline(section.ranking, clock),
        addresses=AddressPolicy(),
        buckets=Buckets(per_minute=section.queries_per_minute, at_once=section.queries_at_once, clock=clock),
        section=section,
        clock=clock,
    )
    return make_app(desk, RememberedKeys(store.caller, remembered_s=0), Health()).openapi()


def test_the_committed_document_is_the_apis(tmp_path: Path) -> None:
    """docs/api/search.json is what the service gives at /openapi.json."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == document(tmp_path)


def test_every_operation_says_what_it_does(tmp_path: Path) -> None:
    """Each has a summary, a description, a tag, a key to carry and problems to expect; every reference leads somewhere."""
    made = document(tmp_path)
    for path, item in made["paths"].items():
        for method, operation in item.items():
            name = f"{method} {path}"
            assert operation.get("summary"), name
            assert operation.get("description"), name
            assert operation.get("tags"), name
            assert operation.get("security"), name
            assert {"401", "403", "default"} <= set(operation["responses"]), name
    references = {part.split('"')[0] for part in json.dumps(made).split('"#/components/schemas/')[1:]}
    assert references <= set(made["components"]["schemas"])


def test_every_schema_is_described(tmp_path: Path) -> None:
    """An integrator reads what each schema is; what may be left out of a request has a default or is marked as optional."""
    schemas = document(tmp_path)["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    assert "examples" in schemas["QueryIn"]
    assert {"from", "to", "photos", "attributes", "cameras", "polygon", "limit"} <= set(schemas["QueryIn"]["properties"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        written = json.dumps(document(Path(temporary)), indent=1, ensure_ascii=False, sort_keys=True)
    COMMITTED.write_text(written + "\n", encoding="utf-8")
