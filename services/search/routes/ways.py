"""The way of one person of a stored answer, worked out with what is known of travel times now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.errors import Refused
from haetae.routing.gaps import gaps
from haetae.routing.learning import n_examples
from haetae.routing.most_likely_path import most_likely_routes
from haetae.routing.next_cameras import next_cameras
from haetae.routing.person import joined_log_odds
from haetae.routing.plausibility import interval_s
from haetae.routing.travel_times import TravelTimes
from services.search.queries.schemas import AnswerOut, CandidateOut, PersonOut, QueryOut, StepOut
from services.search.routes.schemas import AlternativeOut, GapOut, NextCameraOut, TrajectoryOut, step_out
from services.search.shapes import Place


def person_of(query: QueryOut, target: int, number: int) -> PersonOut:
    """The person with this place, from 1. Raises Refused (404: unknown-target, unknown-person)."""
    answers: Sequence[AnswerOut] = query.targets or [query]
    if target >= len(answers):
        raise Refused(f"The query has no target {target}.", status=404, kind="unknown-target", query_id=query.id)
    people = answers[target].people
    if not 1 <= number <= len(people):
        raise Refused(f"The answer has no person {number}.", status=404, kind="unknown-person", query_id=query.id)
    return people[number - 1]


def way_of(person: PersonOut, about: tuple[UUID, int, int], at: datetime, times: TravelTimes) -> TrajectoryOut:
    """The likeliest way over the person's candidates, its gaps, other ways, and where the person may be next after `at`."""
    positions = {step.sighting_id: step.position.point() for step in person.trajectory if step.position is not None}
    stops = [
        TrajectoryStep(
            TrackletId(c.sighting_id),
            CameraId(c.camera_id),
            c.started_at,
            c.ended_at,
            positions.get(c.sighting_id) or times.positions.get(CameraId(c.camera_id)),
        )
        for c in person.candidates
    ]
    times = times.knowing(stops)
    routes = most_likely_routes(stops, joined_log_odds([_log_odds(c) for c in person.candidates]), times)
    way = routes.best.stops
    before = [None, *(interval_s(*both) for both in pairwise(way))]
    on_it = {stop.sighting_id for stop in way}
    return TrajectoryOut(
        query_id=about[0],
        target=about[1],
        person=about[2],
        at=at,
        steps=[step_out(step, seconds) for step, seconds in zip(routes.best.steps, before, strict=False)],
        left_out=[StepOut.of(stop) for stop in stops if stop.sighting_id not in on_it],
        gaps=[GapOut.of(gap) for gap in gaps(way, times)],
        alternatives=[AlternativeOut.of(route, routes.best) for route in routes.alternatives],
        next_cameras=_next(way, at, times),
        n_examples=n_examples(times.onward),
    )


def _next(way: Sequence[TrajectoryStep], at: datetime, times: TravelTimes) -> list[NextCameraOut]:
    if not way or at < way[-1].started_at:
        return []
    places = {camera: Place.of(point) for camera, point in times.positions.items()}
    return [NextCameraOut.of(each, places.get(each.camera_id)) for each in next_cameras(way[-1], at, times)]


def _log_odds(candidate: CandidateOut) -> float:
    return 0.0 if candidate.log_odds is None else candidate.log_odds.total
