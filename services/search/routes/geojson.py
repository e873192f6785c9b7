"""A trajectory as GeoJSON (RFC 7946): longitude before latitude, instants in the properties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.search.queries.schemas import StepOut
from services.search.routes.schemas import TrajectoryOut
from services.search.shapes import Place

Feature = dict[str, Any]


def feature_collection(way: TrajectoryOut) -> dict[str, Any]:
    """A line for the way, a point for each stop, a line for each gap and other way, a point for each next camera.

    `properties.kind` tells them apart. What has no position is a feature without geometry.
    """
    places = {step.sighting_id: step.position for step in [*way.steps, *way.left_out]}
    about = {"query_id": str(way.query_id), "target": way.target, "person": way.person}
    features = [_feature(_line([step.position for step in way.steps]), {"kind": "way", **about, **_span(way.steps)})]
    features += [
        _feature(_point(step.position), {"kind": "stop", "n": n, **_told(step)}) for n, step in enumerate(way.steps, start=1)
    ]
    features += [
        _feature(_line([places[gap.after], places[gap.before]]), {"kind": "gap", **gap.model_dump(mode="json")})
        for gap in way.gaps
    ]
    features += [
        _feature(
            _line([step.position for step in other.steps]),
            {"kind": "alternative", "less_likely_by": other.less_likely_by, **_span(other.steps)},
        )
        for other in way.alternatives
    ]
    features += [
        _feature(_point(there.position), {"kind": "next_camera", **there.model_dump(mode="json", exclude={"position"})})
        for there in way.next_cameras
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _told(step: StepOut) -> dict[str, Any]:
    return step.model_dump(mode="json", exclude={"position"})


def _span(steps: Sequence[StepOut]) -> dict[str, Any]:
    if not steps:
        return {"n_stops": 0, "started_at": None, "ended_at": None}
    shown = [_told(step) for step in steps]
    return {"n_stops": len(steps), "started_at": shown[0]["started_at"], "ended_at": shown[-1]["ended_at"]}


def _point(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"type": "Point", "coordinates": _position(place)}


def _line(places: Sequence[Place | None]) -> dict[str, Any] | None:
    """None where fewer than two positions are known: a line has at least two."""
    known = [_position(place) for place in places if place is not None]
    return {"type": "LineString", "coordinates": known} if len(known) >= 2 else None


def _position(place: Place) -> list[float]:
    return [place.longitude, place.latitude]
