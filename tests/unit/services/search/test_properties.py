"""What holds of every answer, whatever is asked of whatever gallery."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName, Attributes
from haetae.domain.embedding import Embedding, normalised
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.domain.query import Candidate, Query
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.ranking.evidence import UNMEASURED, log_odds
from haetae.ranking.open_set import Presence
from services.search.pipeline import Answer, Ranking, SearchPipeline
from tests.kit.builders import MODEL, SEOUL, at, scope, sighting, unit_vector
from tests.unit.services.search.fakes import GalleryInMemory, probes

PIPELINE = SearchPipeline(Ranking(presence=Presence((3.0, -9.0, -0.5, 2.0))), SystemClock())
LAX = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
D = 16

names = st.sampled_from(list(AttributeName))
scores = st.sampled_from([0.0, 0.2, 0.5, 0.5, 0.8, 1.0])


@st.composite
def conditions(draw: st.DrawFn) -> AttributeCondition:
    """Any, also such that name every value."""
    name = draw(names)
    values = draw(st.lists(st.sampled_from(VALUES[name]), min_size=1, unique=True))
    return AttributeCondition(name, tuple(values), draw(st.booleans()), draw(st.integers(0, 4)) == 0)


@st.composite
def looks(draw: st.DrawFn) -> Attributes:
    """Any, also nothing."""
    told = draw(st.lists(names, unique=True, max_size=4))
    return Attributes(
        {n: {v: draw(scores) for v in draw(st.lists(st.sampled_from(VALUES[n]), min_size=1, unique=True))} for n in told}
    )


@st.composite
def galleries(draw: st.DrawFn) -> list[Sighting]:
    """Up to 30 sightings of a few people, by a few cameras; some look exactly alike, some are not embedded."""
    made = []
    for number in range(draw(st.integers(0, 30))):
        person, odd = draw(st.integers(0, 4)), draw(st.sampled_from([0, 0, number]))
        vector = normalised((unit_vector(person, D) + 0.3 * unit_vector(100 + odd, D))[None])[0]
        started_at = at(draw(st.integers(0, 600)))
        one = sighting(number, f"gate-{draw(st.integers(0, 3))}", started_at=started_at, attributes=draw(looks()))
        embedding = Embedding(vector, MODEL) if draw(st.integers(0, 9)) else None
        made.append(replace(one, ended_at=started_at + timedelta(seconds=5), embedding=embedding))
    return made


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Sighting], Query, bool]:
    """A gallery, a query, and whether it has a photo."""
    gallery = draw(galleries())
    ids = [one.id for one in gallery if one.embedding is not None]
    known = draw(st.lists(st.sampled_from(ids), unique=True, max_size=2)) if ids else []
    asked = draw(st.lists(conditions(), max_size=3))
    photo = draw(st.booleans()) or not asked
    cameras = draw(st.sampled_from([(), (), ("gate-1", "gate-2")]))
    query = Query(scope(*cameras), tuple(asked), draw(st.integers(1, 40)), tuple(known[:1]), tuple(known[1:]) if photo else ())
    return gallery, query, photo


def answered(gallery: Sequence[Sighting], query: Query, photo: bool) -> Answer:
    """The answer; two of the cameras stand somewhere."""
    positions = {CameraId("gate-1"): SEOUL, CameraId("gate-2"): GeoPoint(SEOUL.latitude + 0.01, SEOUL.longitude)}
    return PIPELINE.answer(query, probes(unit_vector(1, D)) if photo else None, GalleryInMemory(gallery, positions))


def in_order(answer: Answer) -> list[Candidate]:
    """All candidates as they stand in the answer, whatever person they were grouped into."""
    found = [candidate for person in answer.people for candidate in person.candidates]
    return sorted(
        found,
        key=lambda c: (c.order, c.distance or 0.0, -c.sighting.quality, -c.sighting.started_at.timestamp(), str(c.sighting.id)),
    )


@LAX
@given(questions(), st.randoms())
def test_the_order_in_which_sightings_arrived_does_not_matter(
    asked: tuple[list[Sighting], Query, bool], by: random.Random
) -> None:
    """The same sightings in another order give the same people with the same numbers."""
    gallery, query, photo = asked
    shuffled = list(gallery)
    by.shuffle(shuffled)
    one, other = answered(gallery, query, photo), answered(shuffled, query, photo)
    assert [[c.sighting.id for c in p.candidates] for p in one.people] == [
        [c.sighting.id for c in p.candidates] for p in other.people
    ]
    np.testing.assert_allclose([c.order for c in in_order(one)], [c.order for c in in_order(other)], atol=1e-6)


@LAX
@given(questions())
def test_filters_are_those_of_brute_force(asked: tuple[list[Sighting], Query, bool]) -> None:
    """With room for everybody an answer holds exactly those who are embedded (where there is a photo), by a camera that is asked
    for, not rejected, and against whom no required condition speaks; nobody twice."""
    gallery, query, photo = asked
    answer = answered(gallery, replace(query, limit=1000), photo)
    expected = {
        one.id
        for one in gallery
        if (one.embedding is not None or not photo)
        and (not query.scope.cameras or one.camera_id in query.scope.cameras)
        and one.id not in query.rejected
        and all(not c.required or c.evidence(one.attributes) >= 0.5 for c in query.conditions)
    }
    found = [c.sighting.id for c in in_order(answer)]
    assert len(found) == len(set(found))
    assert set(found) == expected


@LAX
@given(questions(), st.integers(1, 40))
def test_a_smaller_limit_gives_the_beginning(asked: tuple[list[Sighting], Query, bool], limit: int) -> None:
    """The candidates under a limit are the first of those under a larger one, with the same numbers."""
    gallery, query, photo = asked
    few = in_order(answered(gallery, replace(query, limit=limit), photo))
    many = in_order(answered(gallery, replace(query, limit=limit + 10), photo))
    assert [(c.sighting.id, c.order) for c in few] == [(c.sighting.id, c.order) for c in many[:limit]]


@LAX
@given(questions())
def test_every_number_is_finite_and_in_its_bounds(asked: tuple[list[Sighting], Query, bool]) -> None:
    """Orders, evidence and probabilities are 0-1, distances 0-2 and 0-1, sums are of their parts; nothing is NaN."""
    gallery, query, photo = asked
    answer = answered(gallery, query, photo)
    assert answer.in_gallery is None or 0.0 <= answer.in_gallery.probability <= 1.0
    for candidate in in_order(answer):
        assert 0.0 <= candidate.order <= 1.0
        assert math.isfinite(candidate.log_odds.total)
        assert (candidate.distance is not None) is photo
        assert candidate.distance is None or 0.0 <= candidate.distance <= 2.0
        assert candidate.reranked_distance is None or -1e-6 <= candidate.reranked_distance <= 1.0 + 1e-6
        assert candidate.evidence is None or 0.0 < candidate.evidence < 1.0
        told = candidate.explanation.conditions
        assert [c.log_odds for c in told] == list(log_odds(query.conditions, candidate.sighting.attributes, UNMEASURED).values())
        assert all(c.holds is None or 0.0 <= c.holds <= 1.0 for c in told)
        shared = candidate.explanation.shared
        assert shared is None or 0 <= shared.shared <= shared.of


@LAX
@given(questions())
def test_hops_follow_the_persons_way(asked: tuple[list[Sighting], Query, bool]) -> None:
    """Each candidate's hops lead to its neighbours in its person's trajectory: none before the first, none after the last."""
    gallery, query, photo = asked
    for person in answered(gallery, query, photo).people:
        by_id = {c.sighting.id: c.explanation for c in person.candidates}
        way = [step.sighting_id for step in person.trajectory]
        assert set(way) == set(by_id)
        told = [(by_id[id].before, by_id[id].after) for id in way]
        assert [before.sighting_id if before else None for before, _ in told] == [None, *way[:-1]]
        assert [after.sighting_id if after else None for _, after in told] == [*way[1:], None]
