"""What `<service>.settings` of the chart's values may hold: the fields of the service's own settings class, with their limits.

`python -m tests.helm.render.settings_schema` writes it into values.schema.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.alert.settings import AlertSection
from services.detect.settings import DetectSection
from services.ingest.settings import IngestSection
from services.reid.settings import ReidSection
from services.search.settings import SearchSection

SCHEMA = Path(__file__).resolve().parents[3] / "deploy" / "helm" / "haetae" / "values.schema.json"
SECTIONS: dict[str, type[BaseModel]] = {
    "ingest": IngestSection,
    "detect": DetectSection,
    "reid": ReidSection,
    "alert": AlertSection,
    "search": SearchSection,
}
OF_THE_CHART = ("host", "port", "name", "delivery_host", "delivery_port")
"""What the chart itself says to each pod; names follow from the pods'."""
_LIMITS = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items")


def is_dial(name: str) -> bool:
    """Whether a field is for the operator to set under `settings`; Milvus has a section of its own in the values."""
    return name not in OF_THE_CHART and not name.startswith("milvus_")


def definition(section: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a section's dials: unknown names are refused."""
    properties = section.model_json_schema()["properties"]
    dials = {name: {k: v for k, v in field.items() if k in _LIMITS} for name, field in properties.items() if is_dial(name)}
    return {"type": "object", "additionalProperties": False, "properties": dials}


def with_dials(schema: dict[str, Any]) -> dict[str, Any]:
    """The chart's schema with the dials of today."""
    definitions = {f"{service}Settings": definition(section) for service, section in SECTIONS.items()}
    return {**schema, "definitions": {**schema["definitions"], **definitions}}


def written(schema: dict[str, Any]) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(written(with_dials(json.loads(SCHEMA.read_text(encoding="utf-8")))), encoding="utf-8")
