"""What was learned of travel times is kept, with a way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from haetae.domain.ids import TrackletId
from haetae.domain.timing import TimeWindow
from haetae.routing.axis import N_BINS
from haetae.store.store import Store
from haetae.store.travel_times import from_json, to_json
from tests.kit.builders import T0, at, embedding, sighting
from tests.kit.ways import street, walked

pytestmark = pytest.mark.integration
TIMES = walked(street(0, 300, 600), 60.0, 70.0, n=20)


def test_what_was_learned_comes_back_as_it_was(store: Store) -> None:
    """The same counts to the last bit; positions are not kept."""
    with store.begin() as transaction:
        transaction.travel_times.put(TIMES, {"n": 20}, T0)
    with store.begin() as transaction:
        found = transaction.travel_times.newest()
        version = transaction.travel_times.newest_version()
    assert found is not None
    assert (found.id, found.learned_at) == version
    assert found.summary == {"n": 20}
    assert found.times.positions == {}
    for pair in TIMES.later:
        assert np.array_equal(found.times.later[pair], TIMES.later[pair])
        assert np.array_equal(found.times.onward.get(pair, np.zeros(N_BINS)), TIMES.onward.get(pair, np.zeros(N_BINS)))
    assert dict(found.times.ended) == dict(TIMES.ended)


def test_there_is_a_way_back(store: Store) -> None:
    """The newest state counts until it is forgotten; old ones are dropped in order."""
    with store.begin() as transaction:
        transaction.travel_times.keep_only(0)
        assert transaction.travel_times.newest() is None
        assert not transaction.travel_times.forget_newest()
        ids = [transaction.travel_times.put(TIMES, {"n": n}, T0 + timedelta(hours=n)) for n in range(4)]
        transaction.travel_times.keep_only(3)
        for n in (3, 2, 1):
            found = transaction.travel_times.newest()
            assert found is not None
            assert (found.id, found.summary) == (ids[n], {"n": n})
            assert transaction.travel_times.forget_newest()
        assert transaction.travel_times.newest_version() is None


def test_counts_on_another_axis_are_not_taken_for_ours() -> None:
    """What a program with other bins has written says nothing here."""
    document = to_json(TIMES)
    assert from_json(document).later
    assert not from_json({**document, "axis": [1, 2, 3]}).later


def test_confirmed_sightings_are_read_from_queries_and_targets(store: Store) -> None:
    """A list for each query or target that confirms any, newest first; queries of earlier versions have no such field."""
    ids = [TrackletId(uuid4()) for _ in range(4)]
    requests: list[dict[str, Any]] = [
        {"confirmed": [str(ids[0]), str(ids[1])]},
        {"confirmed": []},
        {},
        {"confirmed": [], "targets": [{"confirmed": [str(ids[2])]}, {"confirmed": [str(ids[3])]}]},
    ]
    with store.begin() as transaction:
        for n, request in enumerate(requests):
            transaction.queries.put(uuid4(), "somebody", request, {"people": []}, asked_at=T0 + timedelta(minutes=n))
        assert transaction.travel_times.confirmed(10) == [[ids[2]], [ids[3]], [ids[0], ids[1]]]
        assert transaction.travel_times.confirmed(1) == [[ids[2]], [ids[3]]]


def test_sightings_of_a_window_come_with_their_looks(store: Store) -> None:
    """The newest within the window, of one model; those without an embedding are left out; stops are found by id."""
    seen = [sighting(n, "gate-1", started_at=at(10.0 * n), ended_at=at(10.0 * n + 5)) for n in range(4)]
    with store.begin() as transaction:
        for each in [*seen, sighting(9, "gate-2", started_at=at(15), ended_at=at(16), embedding=None)]:
            transaction.sightings.upsert(each)
        stops, vectors = transaction.travel_times.embedded(TimeWindow(at(5), at(35)), 2)
        assert [stop.sighting_id for stop in stops] == [seen[3].id, seen[2].id]
        assert vectors == pytest.approx(np.stack([embedding(n).vector for n in (3, 2)]), abs=1e-3)
        none, empty = transaction.travel_times.embedded(TimeWindow(at(5000), at(6000)), 2)
        assert (none, len(empty)) == ([], 0)
        found = transaction.travel_times.stops([seen[0].id, TrackletId(uuid4())])
        assert {id: (stop.camera_id, stop.started_at, stop.ended_at) for id, stop in found.items()} == {
            seen[0].id: ("gate-1", at(0), at(5))
        }
        assert transaction.travel_times.stops([]) == {}
