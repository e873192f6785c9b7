"""Crops out of the blobs."""

from __future__ import annotations

from pathlib import Path

from haetae.blobs.local_folder import LocalFolder
from haetae.imaging.jpeg import encode
from haetae.telemetry import logs
from haetae.telemetry.tally import Tally
from services.reid.crops import BlobCrops
from tests.unit.services.reid.fakes import grey


def test_what_is_no_readable_crop_is_done_without(tmp_path: Path) -> None:
    """A crop comes as pixels; one that is missing, is no JPEG or has an impossible key comes as None."""
    blobs = LocalFolder(tmp_path)
    blobs.put("crops/a.jpg", encode(grey(100)))
    blobs.put("crops/text.jpg", b"no picture")
    crops = BlobCrops(blobs, Tally(logs.get(), "crops_lost"))
    found = crops.read("crops/a.jpg")
    assert found is not None
    assert found.shape == (8, 4, 3)
    assert [crops.read(key) for key in ("crops/gone.jpg", "crops/text.jpg", "../secrets", "")] == [None] * 4
