"""Whether anybody was lost: who passed the cameras by the city's truth, against who was sighted.

A **passage** is one person in view of one camera for 3 s or longer, in one round of the film (films repeat without end). Not
every one can be expected: some people are small or hidden. The first two whole rounds, in which nothing is disturbed, say
which: what was sighted in both is expected in every round after them. It is **found** where at least two points of a stored
sighting lie on the person in that round. Expected passages are of two kinds:

- **whole**: by the frame ledger, every minute that the passage touches has all frames of the camera, and none was dropped but
  those that were not sampled. Nothing was in the way of seeing the person, so one that is missing here was lost.
- **torn**: frames did not come (the camera was not read) or were dropped, for whatever reason. One that is missing here need not
  have been lost: it is counted apart.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from haetae.domain.geometry import Box, ImageSize
from haetae.embedded.demo.city import CityTruth

Json = Mapping[str, Any]

REFERENCE_ROUNDS = 2
_LEAST_S, _GAP_S = 3.0, 1.0
_LEAST_POINTS = 2
_ALL_FRAMES = 0.97  # of a minute's: it begins and ends between two frames
_BY_DESIGN = "not_sampled"


@dataclass(frozen=True, slots=True)
class Passage:
    """One person before one camera, in each round from `start_s` to `end_s` of the film."""

    camera: str
    person: int
    start_s: float
    end_s: float


class Films:
    """The films' truth, placed in time: round 0 began at `began_at` (Unix seconds)."""

    def __init__(self, folder: Path, began_at: float, cameras: Iterable[str]) -> None:
        told = json.loads((folder / "city.json").read_text(encoding="utf-8"))
        self.rate_hz = float(told["rate_hz"])
        self.began_at = began_at
        self.round_s = round(float(told["minutes"]) * 60 * self.rate_hz) / self.rate_hz
        self._truth = CityTruth(folder, began_at)
        self.passages = tuple(one for camera in cameras for one in _passages(folder / f"{camera}.gt.txt", camera, self.rate_hz))

    def whole_rounds(self, start: float, end: float) -> range:
        """The rounds that begin and end between two instants (Unix seconds)."""
        first = -int(-(start - self.began_at) // self.round_s)
        return range(first, max(first, int((end - self.began_at) // self.round_s)))

    def times(self, passage: Passage, round_: int) -> tuple[float, float]:
        """When it was, in Unix seconds."""
        began = self.began_at + round_ * self.round_s
        return began + passage.start_s, began + passage.end_s

    def shown(self, sighting: Json) -> set[tuple[Passage, int]]:
        """The passages, with their rounds, that a sighting of the API shows."""
        size = ImageSize(sighting["frame_size"]["width"], sighting["frame_size"]["height"])
        points: Counter[tuple[Passage, int]] = Counter()
        for point in (*sighting["path"], *sighting["best_shots"]):
            since_s = datetime.fromisoformat(point["captured_at"]).timestamp() - self.began_at
            round_, film_s = int(since_s // self.round_s), since_s % self.round_s
            box = Box(*(float(point["box"][name]) for name in ("x1", "y1", "x2", "y2")))
            person = self._truth.who(sighting["camera_id"], film_s, box, size)
            for one in self.passages:
                if (one.camera, one.person) == (sighting["camera_id"], person) and _about(film_s, one):
                    points[one, round_] += 1
        return {at for at, n in points.items() if n >= _LEAST_POINTS}


def whole_minutes(minutes: Iterable[Json], rate_hz: float) -> set[datetime]:
    """The minutes of a camera's frame ledger in which every frame came and none was dropped but by sampling."""
    return {
        datetime.fromisoformat(one["minute"]).astimezone(UTC)
        for one in minutes
        if one["received"] >= _ALL_FRAMES * rate_hz * 60
        and not {reason for reason, n in one["dropped"].items() if n} - {_BY_DESIGN}
    }


def accounted(
    films: Films, shown: set[tuple[Passage, int]], rounds: range, whole: Mapping[str, set[datetime]], steps: Mapping[str, Any]
) -> dict[str, Any]:
    """How many passages of `rounds` were expected, and are missing. `whole`: minutes by camera; `steps`: (from, to) in Unix
    seconds by name, for each of which the passages that touch it are counted."""
    reference, later = rounds[:REFERENCE_ROUNDS], rounds[REFERENCE_ROUNDS:]
    usual = [one for one in films.passages if all((one, round_) in shown for round_ in reference)]
    kinds: dict[str, Counter[str]] = {"whole": Counter(), "torn": Counter()}
    during: dict[str, Counter[str]] = defaultdict(Counter)
    missing = []
    for round_ in later:
        for one in usual:
            start, end = films.times(one, round_)
            kind = "whole" if _minutes(start, end) <= whole[one.camera] else "torn"
            found = (one, round_) in shown
            for count in (kinds[kind], *(during[name] for name, (a, b) in steps.items() if start < b and end > a)):
                count["expected"] += 1
                count["missing"] += not found
            if not found:
                missing.append(f"{kind}: person {one.person} at {one.camera}, {datetime.fromtimestamp(start, UTC):%H:%M:%S}")
    return {
        "rounds": len(later),
        "passages_of_a_round": len(films.passages),
        "expected_of_them": len(usual),
        **{f"{kind}_{word}": kinds[kind][word] for kind in kinds for word in ("expected", "missing")},
        "missing": missing,
        "by_step": {name: dict(count) for name, count in during.items()},
    }


def _about(film_s: float, passage: Passage) -> bool:
    return passage.start_s - _GAP_S <= film_s <= passage.end_s + _GAP_S


def _minutes(start: float, end: float) -> set[datetime]:
    return {datetime.fromtimestamp(60 * n, UTC) for n in range(int(start // 60), int(end // 60) + 1)}


def _passages(truth: Path, camera: str, rate_hz: float) -> list[Passage]:
    """Of MOT16 ground truth."""
    frames: dict[int, list[int]] = defaultdict(list)
    for row in truth.read_text(encoding="utf-8").splitlines():
        frame, number = row.split(",")[:2]
        frames[int(number)].append(int(frame) - 1)
    found: list[Passage] = []
    for person, seen in frames.items():
        seen.sort()
        breaks = [0, *(i for i in range(1, len(seen)) if seen[i] - seen[i - 1] > _GAP_S * rate_hz), len(seen)]
        spans = [(seen[a] / rate_hz, seen[b - 1] / rate_hz) for a, b in pairwise(breaks)]
        found += [Passage(camera, person, start, end) for start, end in spans if end - start >= _LEAST_S]
    return found
