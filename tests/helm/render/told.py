"""Which environment variables a service reads, from its code and its settings class; and which ones the chart tells it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from haetae.settings import Settings
from services.alert.settings import AlertSettings
from services.detect.settings import DetectSettings
from services.ingest.settings import IngestSettings
from services.reid.settings import ReidSettings
from services.search.settings import SearchSettings
from tests.helm.render.chart import Manifest
from tests.helm.render.manifests import component, containers, environment, pods
from tests.kit.variables import variables

ROOT = Path(__file__).resolve().parents[3]
CLASSES: dict[str, type[Settings]] = {
    "ingest": IngestSettings,
    "detect": DetectSettings,
    "reid": ReidSettings,
    "alert": AlertSettings,
    "delivery": AlertSettings,
    "search": SearchSettings,
}


def sections_used(service: str) -> set[str]:
    """The sections of the settings that a program's code looks at: `settings.<section>`, and what a section's methods use."""
    folder = ROOT / "services" / ("alert" if service == "delivery" else service)
    files: Iterable[Path] = [folder / "delivery.py"] if service == "delivery" else folder.rglob("*.py")
    if service == "alert":
        files = [file for file in files if file.name != "delivery.py"]
    names: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"settings", "self"}:
                names.add(node.attr)
    return names & set(CLASSES[service].model_fields)


def readable(service: str) -> set[str]:
    """Every variable of the sections that the program uses, and of logs, which every program has."""
    used = {f"HAETAE_{section.upper()}__" for section in sections_used(service)} | {"HAETAE_TELEMETRY__"}
    return {name for name in variables(CLASSES[service]) if any(name.startswith(section) for section in used)}


def told(manifests: Iterable[Manifest], service: str) -> set[str]:
    """The project's variables in the containers of that component's Deployment."""
    return {
        name
        for where, pod in pods(manifests)
        if where.startswith("Deployment/") and component(pod) == service
        for each in containers(pod)
        for name in environment(each)
        if name.startswith("HAETAE_")
    }
