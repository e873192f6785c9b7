"""Ten cameras at once on the node: what each pod uses meanwhile, and whether every sampled frame was looked at."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from haetae.domain.frame import DropReason
from tests.helm.node import pods
from tests.helm.node.course import Course

N_CAMERAS, RATE_HZ = 10, 3.0
_WARM_UP_S, _MEASURED_S = 30.0, 120.0
_INTENDED = (DropReason.NOT_SAMPLED, DropReason.NO_MOTION)


def ten_cameras(course: Course) -> dict[str, Any]:
    """Uses by component over two minutes, their sum, and what became of the frames. The cameras show the city's films in turn."""
    assert course.cast is not None
    films = sorted(course.cast.clips)
    names = [f"load-{number + 1}" for number in range(N_CAMERAS)]
    began = datetime.now(UTC)
    for number, name in enumerate(names):
        address = f"rtsp://{course.films_address}/{films[number % len(films)]}"
        course.api.add_camera(name, "rtsp", address, rate_hz=RATE_HZ)
    live_after_s = course.until(lambda: all(course.api.states().get(name) == "live" for name in names), 120)
    time.sleep(_WARM_UP_S)
    uses = pods.used(course.cluster, _MEASURED_S)
    for name in names:
        course.api.disable_camera(name)
    frames = _frames(course, names, began)
    missed = sum(n for reason, n in frames.items() if reason not in {"received", "processed", *_INTENDED})
    return {
        "cameras": N_CAMERAS,
        "looks_hz": RATE_HZ,
        "live_after_s": live_after_s,
        "by_component": uses,
        "sum": pods.summed(uses),
        "frames": frames,
        "share_of_samples_looked_at": round(frames["processed"] / max(1, frames["processed"] + missed), 3),
    }


def _frames(course: Course, cameras: list[str], since: datetime) -> dict[str, int]:
    """The ledger of these cameras, once nothing is under way any more."""
    last: dict[str, int] = {}

    def settled() -> bool:
        before, told = dict(last), Counter[str]()
        for camera in cameras:
            for minute in course.api.ledger(camera, since):
                told.update({"received": minute["received"], "processed": minute["processed"], **minute["dropped"]})
        last.clear()
        last.update(told)
        return before == last and 2 * last["received"] == sum(last.values())  # received = processed + dropped

    course.until(settled, 90)
    return last
