"""Where to look now: at which cameras a person who was last seen somewhere may appear next, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.domain.trajectory import NextCamera
from haetae.routing.axis import EDGES_S, Floats, quantile_s
from haetae.routing.travel_times import TravelTimes

_LEAST = 0.001  # a camera that is less probable than that is not worth a look


def next_cameras(last: TrajectoryStep, now: datetime, times: TravelTimes, limit: int = 10) -> tuple[NextCamera, ...]:
    """The `limit` likeliest cameras, the likeliest first; probabilities sum to at most 1, the rest is: seen nowhere again.

    Whoever could have come by `now` and did not is taken to be still on the way, or gone for good: probabilities and windows are
    those of what is still possible. Empty once the horizon has passed, or where no camera is known.
    """
    times = times.knowing([last])
    elapsed_s = max(0.0, (now - last.ended_at).total_seconds())
    if elapsed_s > times.reach.horizon_s:
        return ()
    expected = times.next_shares(last.camera_id)
    still = {camera: _after(times.onward_shares(last.camera_id, camera), elapsed_s) for camera in expected}
    gone = max(0.0, 1.0 - sum(expected.values()))
    total = gone + sum(share * float(still[camera].sum()) for camera, share in expected.items())
    found = []
    for camera, share in expected.items():
        probability = share * float(still[camera].sum()) / total if total > 0 else 0.0
        if probability >= _LEAST:
            found.append(_window(camera, probability, still[camera], last, now, times))
    return tuple(sorted(found, key=lambda each: (-each.probability, each.camera_id))[:limit])


def _window(
    camera: CameraId, probability: float, still: Floats, last: TrajectoryStep, now: datetime, times: TravelTimes
) -> NextCamera:
    shares = still / still.sum()
    earliest, latest = (last.ended_at + timedelta(seconds=quantile_s(shares, at)) for at in (0.1, 0.9))
    counted = times.onward.get((last.camera_id, camera))
    n = 0.0 if counted is None else float(counted.sum())
    return NextCamera(camera, min(1.0, probability), max(earliest, now), max(latest, now), n)


def _after(shares: Floats, elapsed_s: float) -> Floats:
    """(N_BINS,) what of a distribution lies beyond `elapsed_s`; the bin that it falls into counts by its part beyond."""
    lower, upper = EDGES_S[:-1], EDGES_S[1:]
    part = np.clip((upper - elapsed_s) / (upper - lower), 0.0, 1.0)
    return np.asarray(shares * part, np.float64)
