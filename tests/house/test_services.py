"""Services look alike, and the README tells the truth about them."""

from __future__ import annotations

import re

import pytest

from tests.house.repository import ROOT, SERVICES, files

SAME_FILES = {"README.md", "__init__.py", "__main__.py", "settings.py", "pipeline.py", "worker.py"}
FACTS = ("Reads", "Writes", "Scales on")


def facts(readme: str) -> dict[str, str]:
    """The lines `Reads: ...`, `Writes: ...` and `Scales on: ...` of a service's README, without markup."""
    found = {}
    for fact in FACTS:
        match = re.search(rf"^[-*\s]*\**{fact}\**\s*:\**\s*(.+)$", readme, re.MULTILINE)
        if match:
            found[fact] = match.group(1).strip()
    return found


def table(readme: str) -> dict[str, dict[str, str]]:
    """The rows of the service table (name, reads, writes, scale on) by name."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in readme.splitlines() if line.startswith("|")]
    return {
        row[0].strip("`*"): dict(zip(FACTS, row[1:4], strict=True))
        for row in rows
        if len(row) == 4 and row[0].strip("`*") in SERVICES
    }


@pytest.mark.parametrize("service", SERVICES)
def test_services_have_the_same_files(service: str) -> None:
    """Every service has a README, __main__, settings, pipeline and worker; __main__ only composes, in at most 80 lines."""
    below = {path.name for path in files() if path.parts[:2] == ("services", service) and len(path.parts) == 3}
    assert below >= SAME_FILES
    main = (ROOT / "services" / service / "__main__.py").read_text(encoding="utf-8")
    assert len(main.splitlines()) <= 80


@pytest.mark.parametrize("service", SERVICES)
def test_service_table_matches_the_services(service: str) -> None:
    """The row of a service in the README says, word for word, what the service's own README says."""
    own = facts((ROOT / "services" / service / "README.md").read_text(encoding="utf-8"))
    assert set(own) == set(FACTS)
    assert table((ROOT / "README.md").read_text(encoding="utf-8"))[service] == own


def test_facts_and_rows_are_understood() -> None:
    """Facts are read from plain and from bold lines, rows from the table only."""
    assert facts("# x\n\nReads: a\n- **Writes**: b\n**Scales on:** c\n") == {"Reads": "a", "Writes": "b", "Scales on": "c"}
    assert table("| name | reads | writes | scale on |\n|--|--|--|--|\n| `reid` | a | b | c |") == {
        "reid": {"Reads": "a", "Writes": "b", "Scales on": "c"}
    }
