"""What the demo knows about its city: whose box is whose, at any time of films that repeat."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from haetae.domain.geometry import Box, ImageSize
from haetae.embedded.demo.city import CityTruth

pytestmark = pytest.mark.integration

SIZE = ImageSize(960, 540)
BEGAN = 1_800_000_000.0


@pytest.fixture
def truth(tmp_path: Path) -> CityTruth:
    """Person 3 walks right through a film of ten seconds, person 5 stands; 5 stands closer to the left."""
    (tmp_path / "city.json").write_text(
        json.dumps({"rate_hz": 10.0, "size": [960, 540], "minutes": 1 / 6, "cameras": [{"id": "cam-01"}]})
    )
    rows = [f"{frame},3,{100 + 5 * frame},100,50,150,1,1,1.0\n{frame},5,20,90,50,150,1,1,0.9\n" for frame in range(1, 101)]
    (tmp_path / "cam-01.gt.txt").write_text("".join(rows))
    return CityTruth(tmp_path, BEGAN)


def sighting(at_s: float, box: dict[str, float]) -> dict[str, Any]:
    at = datetime.fromtimestamp(BEGAN + at_s, UTC).isoformat().replace("+00:00", "Z")
    point = {"captured_at": at, "box": box}
    return {"camera_id": "cam-01", "frame_size": {"width": 480, "height": 270}, "path": [point], "best_shots": [point]}


def test_a_box_is_whose_it_overlaps_most(truth: CityTruth) -> None:
    """The nearest person's name, in any frame size; a clock that is off by a little does not matter; nobody where nobody is."""
    assert truth.who("cam-01", 4.0, Box(305, 100, 355, 250), SIZE) == 3
    assert truth.who("cam-01", 4.25, Box(305, 100, 355, 250), SIZE) == 3
    assert truth.who("cam-01", 4.0, Box(10, 45, 35, 120), ImageSize(480, 270)) == 5
    assert truth.who("cam-01", 4.0, Box(700, 300, 750, 450), SIZE) is None


@pytest.mark.parametrize("loop", [0, 1, 17])
def test_films_repeat_without_end(truth: CityTruth, loop: int) -> None:
    """The same place in a later round of the film is the same person."""
    seen = sighting(10.0 * loop + 4.0, {"x1": 152.5, "y1": 50, "x2": 177.5, "y2": 125})
    assert truth.who_was_sighted(seen) == 3


def test_what_was_seen_before_the_films_began_is_nobody(truth: CityTruth) -> None:
    """Sightings of an earlier start of the same home have no truth."""
    assert truth.who_was_sighted(sighting(-5.0, {"x1": 152.5, "y1": 50, "x2": 177.5, "y2": 125})) is None
