"""Kept films: each city's folder is held by one process at a time, and the oldest make room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haetae.simulator.city.store import held, placed

pytestmark = pytest.mark.integration


def test_only_the_newest_cities_are_kept(tmp_path: Path) -> None:
    """Of nine cities the three that were not used for longest go; one that is held stays, however old it is."""
    for k in range(8):
        with held(tmp_path, f"city-{k}") as folder:
            (folder / "cam-01.mp4").write_bytes(b"film")
        os.utime(folder, (k + 1, k + 1))
    with held(tmp_path, "city-2") as oldest:
        os.utime(oldest, (1, 1))
        with held(tmp_path, "city-8"):
            kept = {each.name for each in tmp_path.iterdir()}
    assert "city-2" in kept
    assert "city-8" in kept
    assert len(kept) <= 7


def test_a_kept_file_is_placed_over_an_older_one(tmp_path: Path) -> None:
    """Placing a film replaces what had its name, and leaves the kept one alone."""
    (tmp_path / "kept").write_text("new")
    (tmp_path / "shown").write_text("old")
    placed(tmp_path / "kept", tmp_path / "shown")
    assert (tmp_path / "shown").read_text() == (tmp_path / "kept").read_text() == "new"
