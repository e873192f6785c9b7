"""Best shots and waypoints on the wire: what tracklets and sightings share."""

from __future__ import annotations

from haetae.domain.timing import from_us, to_us
from haetae.domain.tracklet import BestShot, Quality, Waypoint
from haetae.wire.geometry import box_from_wire, box_to_wire
from haetae.wire.reading import finite
from haetae.wire.v1 import best_shot_pb2


def shot_to_wire(shot: BestShot) -> best_shot_pb2.BestShot:
    """One best shot."""
    quality = shot.quality
    return best_shot_pb2.BestShot(
        blob_key=shot.blob_key,
        captured_at_us=to_us(shot.captured_at),
        box=box_to_wire(shot.box),
        score=shot.score,
        quality=best_shot_pb2.Quality(
            size=quality.size,
            sharpness=quality.sharpness,
            visibility=quality.visibility,
            inside=quality.inside,
            total=quality.total,
        ),
    )


def shot_from_wire(shot: best_shot_pb2.BestShot) -> BestShot:
    """One best shot. Raises ValueError, OverflowError."""
    if not shot.blob_key:
        raise ValueError("a best shot has no blob")
    quality = shot.quality
    parts = finite(quality.size, quality.sharpness, quality.visibility, quality.inside, quality.total)
    return BestShot(
        blob_key=shot.blob_key,
        captured_at=from_us(shot.captured_at_us),
        box=box_from_wire(shot.box),
        score=finite(shot.score)[0],
        quality=Quality(*parts),
    )


def waypoint_to_wire(waypoint: Waypoint) -> best_shot_pb2.Waypoint:
    """One point of a path."""
    return best_shot_pb2.Waypoint(captured_at_us=to_us(waypoint.captured_at), box=box_to_wire(waypoint.box))


def waypoint_from_wire(waypoint: best_shot_pb2.Waypoint) -> Waypoint:
    """One point of a path. Raises ValueError, OverflowError."""
    return Waypoint(captured_at=from_us(waypoint.captured_at_us), box=box_from_wire(waypoint.box))
