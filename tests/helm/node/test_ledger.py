"""How the trial counts people: on a truth of two persons, with sightings as the API tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helm.node.ledger import Films, accounted, whole_minutes

BEGAN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROUND_S = 30
_BOXES = {1: (10, 10, 60, 160), 2: (300, 10, 350, 160)}


@pytest.fixture
def films(tmp_path: Path) -> Films:
    """Thirty seconds: person 1 from second 2 to 12, person 2 from 5 to 20, person 3 for a second only."""
    (tmp_path / "city.json").write_text(json.dumps({"rate_hz": 10, "minutes": 0.5, "size": [640, 360], "cameras": [{"id": "a"}]}))
    spans = ((1, 20, 120), (2, 50, 200), (3, 10, 20))
    rows = [f"{frame},{person},{_left(person)},10,50,150,1,1,1.0" for person, start, end in spans for frame in range(start, end)]
    (tmp_path / "a.gt.txt").write_text("\n".join(rows))
    return Films(tmp_path, BEGAN.timestamp(), ["a"])


def _left(person: int) -> int:
    return _BOXES.get(person, (500,))[0]


def sighting(person: int, *at_s: float) -> dict[str, Any]:
    """With a point on the person at each of these seconds."""
    box = dict(zip(("x1", "y1", "x2", "y2"), _BOXES[person], strict=True))
    points = [{"captured_at": (BEGAN + timedelta(seconds=s)).isoformat(), "box": box} for s in at_s]
    return {"camera_id": "a", "frame_size": {"width": 640, "height": 360}, "path": points, "best_shots": []}


def minutes(**dropped: int) -> set[datetime]:
    """The first four minutes, in the second of which this was dropped."""
    ledger = [
        {"minute": (BEGAN + timedelta(minutes=n)).isoformat(), "received": 600, "dropped": {"not_sampled": 420}} for n in range(4)
    ]
    ledger[1]["dropped"] = dropped
    return whole_minutes(ledger, 10)


def test_who_is_always_seen_is_expected_and_who_was_not_seen_then_is_missing(films: Films) -> None:
    """Two quiet rounds say who is expected; in a round after them, a person without a sighting is missing, and the step named."""
    seen = [sighting(1, 30 * n + 4, 30 * n + 8) for n in (0, 1, 2)] + [sighting(2, 30 * n + 6, 30 * n + 9) for n in (0, 1, 3)]
    shown = set().union(*(films.shown(one) for one in seen))
    rounds = films.whole_rounds(BEGAN.timestamp(), BEGAN.timestamp() + 4 * ROUND_S + 1)
    step = (BEGAN.timestamp() + 60, BEGAN.timestamp() + 90)
    told = accounted(films, shown, rounds, {"a": minutes()}, {"kill": step})
    assert (told["rounds"], told["passages_of_a_round"], told["expected_of_them"]) == (2, 2, 2)
    assert (told["whole_expected"], told["whole_missing"], told["torn_expected"]) == (4, 2, 0)
    assert told["by_step"] == {"kill": {"expected": 2, "missing": 1}}


def test_where_frames_were_dropped_nobody_is_called_lost(films: Films) -> None:
    """A minute with frames that were dropped otherwise than by sampling, or did not come, makes its passages torn."""
    shown = set().union(*(films.shown(sighting(1, 30 * n + 4, 30 * n + 8)) for n in (0, 1)))
    told = accounted(films, shown, range(4), {"a": minutes(too_old=3)}, {})
    assert (told["whole_missing"], told["torn_expected"], told["torn_missing"]) == (0, 2, 2)
    short = [{"minute": BEGAN.isoformat(), "received": 500, "dropped": {}}]
    assert whole_minutes(short, 10) == set()


def test_one_point_shows_nobody(films: Films) -> None:
    """A sighting shows whom at least two of its points lie on, in the round in which they were taken."""
    assert films.shown(sighting(1, 4)) == set()
    assert films.shown(sighting(1, 34, 38)) == {(films.passages[0], 1)}
