"""Sightings in PostgreSQL: stored once per tracklet, read back bit for bit, found by scope."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName, Attributes
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import TrackletId
from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow
from haetae.errors import Refused
from haetae.ranking.evidence import UNMEASURED, AttributeReliability, Reliability, log_odds
from haetae.store.partitions import existing_days
from haetae.store.store import Store
from tests.kit import builders as b

pytestmark = pytest.mark.integration

MIDNIGHT = datetime(2026, 5, 5, tzinfo=UTC)


def rows(store: Store) -> int:
    """How many rows of sightings there are, over all days."""
    with store.begin() as t:
        return int(t.session.execute(text("SELECT count(*) FROM sightings")).scalar_one())


def test_a_sighting_comes_back_as_it_was(store: Store) -> None:
    """Every field is kept exactly; the embedding only where it is asked for, a unit vector within half precision."""
    sighting = b.sighting(1)
    with store.begin() as t:
        assert t.sightings.upsert(sighting)
    with store.begin() as t:
        assert t.sightings.get(sighting.id) == replace(sighting, embedding=None)
        embedding = t.sightings.get(sighting.id, with_embedding=True).embedding
    assert embedding is not None
    assert sighting.embedding is not None
    assert embedding.model == b.MODEL
    assert embedding.vector.dtype == "float32"
    assert sighting.embedding.distance_to(embedding) < 1e-5


def test_unknown_sightings_are_refused(store: Store) -> None:
    """`get` gives 404 and `many` leaves out what is not stored, keeping the order asked for."""
    stored = [b.sighting(n) for n in (1, 2, 3)]
    with store.begin() as t:
        for sighting in stored:
            t.sightings.upsert(sighting)
        with pytest.raises(Refused) as refused:
            t.sightings.get(TrackletId(b.uuid("nobody")))
        ids = [stored[2].id, TrackletId(b.uuid("nobody")), stored[0].id]
        assert [s.id for s in t.sightings.many(ids)] == [stored[2].id, stored[0].id]
    assert (refused.value.status, refused.value.kind) == (404, "unknown-sighting")


def test_the_newest_revision_wins_in_any_order(store: Store) -> None:
    """An equal or older revision changes nothing; a newer one changes the row and its embedding."""
    third = b.sighting(1, revision=3, n_detections=30, seed=3)
    with store.begin() as t:
        assert t.sightings.upsert(third)
        assert not t.sightings.upsert(b.sighting(1, revision=3, n_detections=31, seed=4))
        assert not t.sightings.upsert(b.sighting(1, revision=2, n_detections=20, seed=2))
        assert t.sightings.get(third.id) == replace(third, embedding=None)
        fourth = b.sighting(1, revision=4, n_detections=40, seed=4, ended_at=b.at(60))
        assert t.sightings.upsert(fourth)
        assert t.sightings.get(third.id) == replace(fourth, embedding=None)
        [(id, distance)] = t.sightings.nearest(b.unit_vector(4)[None], b.MODEL, b.scope(start_s=30), limit=5)
    assert (id, rows(store)) == (third.id, 1)
    assert distance < 1e-3


def test_a_message_without_embedding_keeps_the_stored_one(store: Store) -> None:
    """The stored embedding stays, and is found where the sighting now reaches to."""
    with store.begin() as t:
        t.sightings.upsert(b.sighting(1, revision=1))
        t.sightings.upsert(b.sighting(1, revision=2, embedding=None, ended_at=b.at(600)))
        found = t.sightings.nearest(b.unit_vector(1)[None], b.MODEL, b.scope(start_s=500), limit=5)
    assert [id for id, _ in found] == [b.sighting(1).id]


def test_a_start_that_moves_across_midnight_makes_no_second_row(store: Store) -> None:
    """The first message decides the day, in both directions."""
    for number, (first, second) in enumerate([(-1, 1), (1, -1)]):
        before = b.sighting(number, started_at=MIDNIGHT + timedelta(seconds=first), revision=1)
        after = b.sighting(number, started_at=MIDNIGHT + timedelta(seconds=second), revision=2)
        assert before.id == after.id
        with store.begin() as t:
            assert t.sightings.upsert(before)
        with store.begin() as t:
            assert t.sightings.upsert(after)
            stored = t.sightings.get(after.id)
        assert (stored.started_at, stored.revision) == (before.started_at, 2)
    assert rows(store) == 2


def test_concurrent_first_sightings_of_new_days_all_arrive(store: Store) -> None:
    """Eight threads store into days that have no partition yet, each tracklet twice: nothing fails, nothing is doubled."""
    start = datetime(2026, 7, 1, 12, tzinfo=UTC)
    sightings = [b.sighting(n, started_at=start + timedelta(days=n % 6)) for n in range(48)] * 2

    def put(number: int) -> bool:
        with store.begin() as t:
            return t.sightings.upsert(sightings[number])

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(put, range(len(sightings))))
    assert sum(written) == rows(store) == 48
    with store.begin() as t:
        assert {(start + timedelta(days=n)).date() for n in range(6)} <= set(existing_days(t.session.connection()))


def test_what_is_rolled_back_is_not_there(store: Store) -> None:
    """A block that raises leaves nothing behind, though its partition stays."""

    def fail_after_writing() -> None:
        with store.begin() as t:
            t.sightings.upsert(b.sighting(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    assert rows(store) == 0


def test_pages_cover_the_scope_once_newest_first(store: Store) -> None:
    """Following the cursor gives every sighting of the window once, though others arrive meanwhile."""
    stored = [b.sighting(n, started_at=b.at(60.0 * (n // 2))) for n in range(11)]
    seen: list[TrackletId] = []
    cursor = None
    with store.begin() as t:
        for sighting in stored:
            t.sightings.upsert(sighting)
        while True:
            page, cursor = t.sightings.page(b.scope(), limit=4, after=cursor)
            seen += [s.id for s in page]
            t.sightings.upsert(b.sighting(100 + len(seen), started_at=b.at(3000)))
            if cursor is None:
                break
        assert t.sightings.count(b.scope(end_s=2000)) == 11
        with pytest.raises(Refused) as refused:
            t.sightings.page(b.scope(), limit=4, after="nonsense")
    assert seen == [s.id for s in sorted(stored, key=lambda s: (s.started_at, s.id), reverse=True)]
    assert refused.value.kind == "invalid-cursor"


def test_windows_hold_whoever_was_there(store: Store) -> None:
    """A sighting belongs to every window that it touches: from inclusive, to exclusive, over midnight too."""
    sighting = b.sighting(1, started_at=MIDNIGHT - timedelta(seconds=10), ended_at=MIDNIGHT + timedelta(seconds=10))
    expected = {(-20, -10): 0, (-20, -9): 1, (-5, 5): 1, (5, 8): 1, (10, 20): 1, (11, 20): 0}
    with store.begin() as t:
        t.sightings.upsert(sighting)
        for (start, end), n in expected.items():
            window = TimeWindow(MIDNIGHT + timedelta(seconds=start), MIDNIGHT + timedelta(seconds=end))
            assert t.sightings.count(Scope(window)) == n, (start, end)
            assert len(t.sightings.nearest(b.unit_vector(1)[None], b.MODEL, Scope(window), limit=9)) == n, (start, end)


def test_cameras_and_polygons_narrow_the_scope(store: Store) -> None:
    """A polygon stands for the cameras in it; with cameras named too, those in both; a camera without position is in none."""
    corners = [(37.5, 126.9), (37.5, 127.0), (37.6, 127.0), (37.6, 126.9)]
    polygon = [GeoPoint(*corner) for corner in corners]
    with store.begin() as t:
        for id, position in {"in-1": b.SEOUL, "in-2": b.SEOUL, "far": GeoPoint(35.1, 129.0), "nowhere": None}.items():
            t.cameras.add(b.camera(id, position=position))
            t.sightings.upsert(b.sighting(1, id))
        for scope, n in [
            (b.scope(), 4),
            (b.scope("far"), 1),
            (b.scope("far", "in-1", "far"), 2),
            (b.scope(polygon=polygon), 2),
            (b.scope("in-1", "far", polygon=polygon), 1),
            (b.scope("far", polygon=polygon), 0),
            (b.scope("unheard-of"), 0),
        ]:
            assert t.sightings.count(scope) == n
            assert len(t.sightings.page(scope, limit=9)[0]) == n
            assert len(t.sightings.nearest(b.unit_vector(0)[None], b.MODEL, scope, limit=9)) == n


def test_conditions_in_sql_are_those_of_the_domain(store: Store) -> None:
    """Required conditions exclude exactly what speaks against them; the mean evidence equals the domain's."""
    red, blue, unknown = {"red": 0.8, "pink": 0.2}, {"blue": 0.9, "red": 0.05}, None
    looks = [Attributes({AttributeName.UPPER_COLOUR: c} if c else {}) for c in (red, blue, unknown)]
    with_bag = [replace_bag(a, score) for a in looks for score in (0.9, 0.1)]
    stored = [b.sighting(n, attributes=a) for n, a in enumerate([*looks, *with_bag])]
    conditions = [
        AttributeCondition(AttributeName.UPPER_COLOUR, ("red",), required=True),
        AttributeCondition(AttributeName.BAG, ("backpack",), negated=True, required=True),
    ]
    with store.begin() as t:
        for sighting in stored:
            t.sightings.upsert(sighting)
        for used in (conditions[:1], conditions[1:], conditions):
            allowed = {s.id for s in stored if all(c.evidence(s.attributes) >= 0.5 for c in used)}
            assert 0 < len(allowed) < len(stored)
            assert {s.id for s in t.sightings.page(b.scope(), used, limit=99)[0]} == allowed
            assert t.sightings.count(b.scope(), used) == len(allowed)
            near = t.sightings.nearest(b.unit_vectors(3), b.MODEL, b.scope(), limit=99, conditions=used)
            assert {id for id, _ in near} == allowed
        soft = [replace(c, required=False) for c in conditions]
        found = t.sightings.fitting(b.scope(), soft, limit=99)
    assert dict(found) == {s.id: sum(log_odds(soft, s.attributes, UNMEASURED).values()) for s in stored}


def test_log_odds_in_sql_are_those_of_the_ranking(store: Store) -> None:
    """Sightings come in the order of the same numbers as Python gives, whatever was read: nothing, one value, all, 0 and 1,
    under conditions of one value, of several, of all, negated and given twice, by measured and by assumed reliabilities."""
    rng = np.random.default_rng(5)
    looks = [random_look(rng) for _ in range(60)]
    stored = [b.sighting(n, attributes=look) for n, look in enumerate(looks)]
    colour, bag, gender = AttributeName.UPPER_COLOUR, AttributeName.BAG, AttributeName.GENDER
    red = AttributeCondition(colour, ("red", "pink"))
    asked = [
        [red],
        [red, red, AttributeCondition(bag, ("backpack",), negated=True)],
        [AttributeCondition(gender, VALUES[gender]), AttributeCondition(gender, ("female",))],
        [AttributeCondition(bag, ("none",)), AttributeCondition(colour, ("black",), negated=True), red],
    ]
    measured = Reliability({bag: AttributeReliability((0.3, 0.1, 0.1, 0.1, 0.4), tuple(lopsided(5, t) for t in range(5)), 1.7)})
    with store.begin() as t:
        for sighting in stored:
            t.sightings.upsert(sighting)
        for conditions in asked:
            for reliability in (UNMEASURED, measured):
                found = t.sightings.fitting(b.scope(), conditions, limit=99, reliability=reliability)
                sums = {s.id: sum(log_odds(conditions, s.attributes, reliability).values()) for s in stored}
                assert dict(found) == pytest.approx(sums, abs=1e-9)
                assert len(set(sums.values())) > 10
                newest_first = sorted(stored, key=lambda s: (-round(sums[s.id], 6), -s.quality, -s.started_at.timestamp(), s.id))
                assert [id for id, _ in found] == [s.id for s in newest_first]


def lopsided(k: int, t: int) -> tuple[float, ...]:
    """How often each of k values is read of people who have value t: right in 6 of 10, else rather the next one."""
    row = [0.1 / (k - 2)] * k
    row[t], row[(t + 1) % k] = 0.6, 0.3
    return tuple(row)


def random_look(rng: np.random.Generator) -> Attributes:
    """Attributes of which some are unknown, some told in part."""
    scores: dict[AttributeName, dict[str, float]] = {}
    for name in (AttributeName.UPPER_COLOUR, AttributeName.BAG, AttributeName.GENDER):
        if rng.random() < 0.8:
            told = [value for value in VALUES[name] if rng.random() < 0.8]
            scores[name] = {value: float(rng.choice([0.0, 1.0, 0.5, rng.random()])) for value in told}
    return Attributes(scores)


def replace_bag(attributes: Attributes, backpack: float) -> Attributes:
    """The attributes with a backpack of this score."""
    return attributes.merged(Attributes({AttributeName.BAG: {"backpack": backpack}}))
