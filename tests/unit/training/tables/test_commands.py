"""A table's command is what anybody could type to measure it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from haetae.training.tables.commands import command


def test_options_are_spelt_out_and_paths_are_told_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every value of an option has its own word, what is not given is not there, and a folder is no machine's own."""
    here = tmp_path / "project"
    here.mkdir()
    monkeypatch.chdir(here)
    told = command("reid", {"embedder": ["haetae-reid", "reid-0288"], "market1501": None})
    assert told == "haetae evaluate tables --only reid --embedder haetae-reid --embedder reid-0288"
    told = command("detection", {"detector": ["haetae-detector"], "clips": tmp_path / "shared" / "two clips"})
    assert told == "haetae evaluate tables --only detection --detector haetae-detector --clips '../shared/two clips'"
