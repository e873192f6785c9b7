"""Clips for the media room's tests, made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from haetae.simulator.serving.clip import Clip, load_clip
from tests.kit.cameras import write_clip


@pytest.fixture(scope="session")
def clip_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A short clip in each codec."""
    folder = tmp_path_factory.mktemp("clips")
    return {codec: write_clip(folder / f"{codec}.mp4", codec=codec, seconds=3) for codec in ("h264", "h265")}


@pytest.fixture(scope="session")
def clips(clip_files: dict[str, Path]) -> dict[str, Clip]:
    """The same, ready to be served."""
    return {codec: load_clip(path) for codec, path in clip_files.items()}
