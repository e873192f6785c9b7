"""Golden bytes: what an older Haetae wrote on the bus is understood by this one, and the other way round."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haetae.wire import camera_report, frame, sighting, tracklet
from tests.kit import builders as make

GOLDEN = Path(__file__).parent / "test_wire_golden.txt"
CASES: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes], Any]] = {
    "frame": (frame.from_bytes, frame.to_bytes, make.encoded_frame(7)),
    "tracklet": (tracklet.from_bytes, tracklet.to_bytes, make.tracklet()),
    "sighting": (sighting.from_bytes, sighting.to_bytes, make.sighting(embedding=make.embedding(1, d=8))),
    "sighting_without_embedding": (sighting.from_bytes, sighting.to_bytes, make.sighting(embedding=None, closed=False)),
    "camera_report": (camera_report.from_bytes, camera_report.to_bytes, make.camera_report(detail="no frame for 10 s")),
}


def golden() -> dict[str, bytes]:
    """The recorded bytes by case: lines of a name and base64."""
    lines = (line.split(" ") for line in GOLDEN.read_text(encoding="ascii").splitlines())
    return {name: base64.b64decode(data) for name, data in lines}


@pytest.mark.parametrize("name", CASES)
def test_golden_bytes_are_read(name: str) -> None:
    """Recorded bytes give the domain object that was written then."""
    read, write, value = CASES[name]
    back = read(golden()[name])
    assert write(back) == write(value)
    assert type(back) is type(value)


@pytest.mark.parametrize("name", CASES)
def test_the_same_bytes_are_written(name: str) -> None:
    """This Haetae writes the very bytes that were recorded: no field was renumbered or changed its meaning."""
    _, write, value = CASES[name]
    assert write(value) == golden()[name]


@pytest.mark.parametrize("name", CASES)
def test_fields_of_the_future_are_passed_over(name: str) -> None:
    """A message with a field that this version does not know is read as if it were not there."""
    read, write, value = CASES[name]
    unknown_field_99 = b"\x9a\x06\x03new"
    assert write(read(golden()[name] + unknown_field_99)) == write(value)
