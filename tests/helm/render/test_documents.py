"""The chart's documents are those of today's chart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.helm.render.chart import CHART, defaults

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "docs" / "deploy.md"


def test_the_table_of_values_is_that_of_today() -> None:
    """The README's table is made from values.yaml: `python deploy/helm/values_table.py` renews it."""
    done = subprocess.run([sys.executable, str(CHART.parent / "values_table.py"), "--check"], timeout=60, check=False)
    assert done.returncode == 0


def test_every_value_is_explained() -> None:
    """Each row of the table says in words what the value does."""
    rows = [line for line in (CHART / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    table = [line for line in rows if re.match(r"\| `[\w.]+` \| `.*` \|", line) and "values-" not in line]
    assert len(table) > 150
    assert [line for line in table if line.endswith("|  |")] == []


def test_the_schema_knows_every_value() -> None:
    """Each default of values.yaml has its place in the schema, and each place of the schema its default."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert _keys_of(schema, schema["definitions"]) - {"global"} == _keys(defaults())


def _keys(values: dict[str, object], under: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        found.add(under + name)
        if isinstance(value, dict):
            found |= _keys(value, f"{under}{name}.")
    return {key for key in found if not _FREE.search(key)}


def _keys_of(schema: dict[str, object], definitions: dict[str, object], under: str = "") -> set[str]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _keys_of(definitions[reference.removeprefix("#/definitions/")], definitions, under)  # type: ignore[arg-type]
    found = set()
    properties = schema.get("properties", {})
    assert isinstance(properties, dict)
    for name, below in properties.items():
        found |= {under + name} | _keys_of(below, definitions, f"{under}{name}.")
    return {key for key in found if not _FREE.search(key)}


_FREE = re.compile(
    r"(settings|[lL]abels|annotations|nodeSelector|volume|requests|limits|overrides|dashboardLabels)\.(?!existingClaim|accessMode|storageClassName|size$)"
)
"""Below these an operator writes what he likes; the defaults hold examples, or nothing."""


def test_files_that_are_named_exist() -> None:
    """Each file of the repository that the page on deployment or the chart's README points to is there."""
    for page in (DEPLOY, CHART / "README.md"):
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_values_that_the_page_names_exist() -> None:
    """Each `--set` of the page on deployment names a value that the chart has."""
    known = _keys(yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8")))
    named = re.findall(r"--set(?:-string|-json)? '?([\w.]+)", DEPLOY.read_text(encoding="utf-8"))
    assert len(named) > 3
    assert [name for name in named if name not in known and not _FREE.search(name)] == []
