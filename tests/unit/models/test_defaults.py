from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from haetae.models import defaults, installed
from haetae.models.builtin import built_in_networks
from haetae.models.builtin.renewal import renewed
from haetae.models.defaults import PREFERRED, chosen
from haetae.models.networks import CATALOGUE
from haetae.models.spec import Task
from haetae.settings import ModelsSettings
from tests.unit.models.tiny_networks import write_tiny


@pytest.fixture
def with_own_embedder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder, and a catalogue in which an embedder is built in."""
    (tmp_path / "builtin").mkdir()
    write_tiny(tmp_path / "builtin", "haetae-reid")
    renewed(tmp_path / "builtin")
    foreign = {name: entry for name, entry in CATALOGUE.items() if not entry.built_in}
    catalogue = MappingProxyType({**{entry.name: entry for entry in built_in_networks(tmp_path / "builtin")}, **foreign})
    monkeypatch.setattr(defaults, "CATALOGUE", catalogue)
    monkeypatch.setattr(installed, "CATALOGUE", catalogue)
    return tmp_path / "models"


def _pulled(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "record.json").write_text("{}")


def test_the_built_in_network_works_until_another_was_pulled(with_own_embedder: Path) -> None:
    """Of those that were pulled the first of the fixed order works, whenever each was pulled."""
    assert chosen(Task.EMBEDDING, with_own_embedder) == "haetae-reid"
    _pulled(with_own_embedder, "reid-0286")
    assert chosen(Task.EMBEDDING, with_own_embedder) == "reid-0286"
    _pulled(with_own_embedder, "reid-0288")
    assert chosen(Task.EMBEDDING, with_own_embedder) == "reid-0288"


def test_what_is_neither_built_in_nor_pulled_is_the_first_to_be_pulled(with_own_embedder: Path) -> None:
    """There is always a name, so that the message can say what to pull."""
    assert chosen(Task.DETECTION, with_own_embedder) == "rtmdet-nano"


def test_a_named_network_wins(with_own_embedder: Path) -> None:
    """Settings that name a network are obeyed; the others are chosen."""
    _pulled(with_own_embedder, "reid-0288")
    names = ModelsSettings(folder=with_own_embedder, embedder="haetae-reid").names()
    assert (names.embedder, names.detector) == ("haetae-reid", "rtmdet-nano")


def test_every_preferred_network_is_of_its_task() -> None:
    """The order names networks of the catalogue that can be pulled."""
    for task, names in PREFERRED.items():
        assert all(CATALOGUE[name].spec.task is task and not CATALOGUE[name].built_in for name in names)
