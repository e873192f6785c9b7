"""How `haetae import` brings files to where services may read them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from haetae.cli.import_ import brought, starts_of
from haetae.errors import Refused


def test_a_file_gets_the_same_place_again(tmp_path: Path) -> None:
    """Handing a file in twice gives one link under one name: the services see one recording, not two."""
    video, folder = tmp_path / "night.mp4", tmp_path / "home" / "imports"
    video.write_bytes(b"frames")
    first = brought(video, folder)
    assert brought(video, folder) == first
    assert first.parent == folder
    assert first.name.endswith("-night.mp4")
    assert os.path.samefile(first, video)
    assert [path.name for path in folder.iterdir()] == [first.name]


def test_another_file_of_the_same_name_gets_another_place(tmp_path: Path) -> None:
    """Recorders use the same names every day."""
    places = set()
    for day in ("monday", "tuesday"):
        video = tmp_path / day / "night.mp4"
        video.parent.mkdir()
        video.write_bytes(day.encode())
        places.add(brought(video, tmp_path / "imports"))
    assert len(places) == 2


def test_a_file_that_is_there_already_stays(tmp_path: Path) -> None:
    """What lies below the folder is not copied."""
    video = tmp_path / "imports" / "a" / "night.mp4"
    video.parent.mkdir(parents=True)
    video.write_bytes(b"frames")
    assert brought(video, tmp_path / "imports") == video


def test_names_tell_starts_where_nothing_else_does(tmp_path: Path) -> None:
    """A recorder's name with a time is enough; without one, --start is asked for; what is no video is said."""
    named, unnamed = tmp_path / "gate_2026-05-04T03-02-01Z.mp4", tmp_path / "night.mp4"
    named.write_bytes(b"frames")
    unnamed.write_bytes(b"frames")
    assert starts_of([named], None) == [datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)]
    with pytest.raises(Refused, match="--start"):
        starts_of([unnamed], None)
    with pytest.raises(Refused, match="no video"):
        starts_of([unnamed], datetime(2026, 5, 4, tzinfo=UTC))
