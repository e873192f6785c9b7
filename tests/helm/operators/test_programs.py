"""The operators that run are of the versions whose kinds the cluster gets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helm.binaries import programs as binaries
from tests.helm.operators.programs import HERE


def _pinned(module: Path) -> dict[str, str]:
    """By path: the version that the module's go.mod requires."""
    text = (module / "go.mod").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:require)?\s*(\S+) (v\S+)(?: // indirect)?$", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("module", "path"),
    [("keda", "github.com/kedacore/keda/v2"), ("cert-manager", "github.com/cert-manager/cert-manager")],
)
def test_an_operator_and_its_kinds_are_of_one_version(module: str, path: str) -> None:
    """The operator's module is that of the definitions, and its digest is written down."""
    version = _pinned(HERE / module)[path]
    assert version == _pinned(binaries.HERE / "kinds")[path]
    assert f"{path} {version} h1:" in (HERE / module / "go.sum").read_text(encoding="utf-8")
