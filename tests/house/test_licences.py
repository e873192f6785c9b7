"""What is shipped may be shipped: no AGPL or GPL in the runtime sets, LGPL named in the list of licences."""

from __future__ import annotations

import re
from importlib import metadata

from tests.house.repository import ROOT

PINS = [ROOT / "requirements" / f"{name}.txt" for name in ("runtime", "service")]  # one machine's, and the images'
COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )(?<!Lesser General )\bA?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)
LESSER = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)


def pinned(requirements: str) -> list[str]:
    """The names of the distributions that a requirement file pins."""
    return re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", requirements, re.MULTILINE)


def licence_of(name: str) -> str:
    """What a distribution says about its licence: the expression, else the classifiers, else the first line of the field."""
    about = metadata.metadata(name)
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    field = (about["License"] or "").strip().splitlines()
    return about["License-Expression"] or "; ".join(classifiers) or (field[0] if field else "")


def runtime_set() -> dict[str, str]:
    """Licence by distribution, for what is pinned to run and installed here (others are for other platforms)."""
    installed = {d.metadata["Name"].lower().replace("_", "-") for d in metadata.distributions()}
    text = "\n".join(file.read_text(encoding="utf-8") for file in PINS)
    names = [name for name in dict.fromkeys(pinned(text)) if name.lower().replace("_", "-") in installed]
    return {name.lower(): licence_of(name) for name in names}


def test_no_gpl_at_run_time() -> None:
    """No distribution of the runtime set is under the GPL or AGPL, and each says what it is under."""
    licences = runtime_set()
    assert {
        name: licence
        for name, licence in licences.items()
        if not licence or (COPYLEFT.search(licence) and not LESSER.search(licence))
    } == {}


def test_lgpl_is_listed() -> None:
    """Each distribution under the LGPL is named in docs/licences.md."""
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").lower()
    assert [name for name, licence in runtime_set().items() if LESSER.search(licence) and name not in listed] == []


def test_licences_are_told_apart() -> None:
    """GPL and AGPL are seen, LGPL is told apart, permissive ones pass; pins are read from a requirement file."""
    assert all(COPYLEFT.search(text) for text in ("AGPL-3.0-only", "GPL-2.0-or-later", "GNU General Public License v3 (GPLv3)"))
    assert LESSER.search("LGPL with exceptions")
    assert LESSER.search("License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)")
    assert not COPYLEFT.search("Apache-2.0; BSD License; MIT")
    assert pinned("redis==6.4.0 \\\n    --hash=sha256:aa\nuvicorn[standard]==0.38.0\n# a==b") == ["redis", "uvicorn"]
