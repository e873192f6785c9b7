"""Milvus gives the same answers as the exact scan of PostgreSQL, whatever has happened to the gallery since it was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.embedding import Embedding
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.errors import Transient
from haetae.store.index import Found, Question
from haetae.store.milvus import Connected, Follower, nearest
from haetae.store.partitions import drop_day
from haetae.store.store import Store
from tests.integration.store.test_index import WHOLE, D, filled, seen, store_all
from tests.kit import builders as b

pytestmark = pytest.mark.integration


@pytest.fixture
def follower(tmp_path: Path) -> Iterator[Follower]:
    """Of a Milvus in this process, which holds nothing yet."""
    made = Follower(Connected(str(tmp_path / "milvus.db")), b.MODEL)
    yield made
    made.close()


def asked(store: Store, follower: Follower, scope: Scope = WHOLE, limit: int = 25, **more: object) -> Found | None:
    """What Milvus finds, after checking that an exact scan of the same transaction finds just that, in that order."""
    probes = more.pop("probes", b.unit_vectors(1, D, seed=777))
    question = Question(probes, scope, limit, more.pop("conditions", ()))  # type: ignore[arg-type]
    with store.begin(consistent=True) as t:
        found = nearest(follower, t.session, question)
        exact = t.sightings.nearest(question.probes, b.MODEL, scope, limit=limit, conditions=question.conditions)
    if found is not None:
        assert [id for id, _ in found.nearest] == [id for id, _ in exact]
        assert np.allclose([d for _, d in found.nearest], [d for _, d in exact], atol=1e-6)
    return found


def test_the_same_sightings_in_the_same_order(store: Store, follower: Follower) -> None:
    """For one photo and for three, for all cameras and for some, for the whole time and for an hour, for many and for few."""
    filled(store)
    assert follower.refresh(store) == 400
    three = b.unit_vectors(3, D, seed=31)
    for scope in (
        WHOLE,
        replace(WHOLE, cameras=(CameraId("cam-1"), CameraId("cam-4"))),
        b.scope(start_s=86_400, end_s=86_400 + 3600),
        b.scope(start_s=100, end_s=160),
    ):
        for limit in (1, 25, 390):
            assert asked(store, follower, scope, limit) is not None
            assert asked(store, follower, scope, limit, probes=three) is not None


def test_what_happened_since_counts(store: Store, follower: Follower) -> None:
    """Sightings that came, changed their look, or went after Milvus was told: answers are those of PostgreSQL at once."""
    sightings = filled(store)
    follower.refresh(store)
    store_all(store, [seen(i, seed=777, day=i % 3) for i in range(400, 405)])
    with store.begin() as t:
        for changed in sightings[:20]:
            t.sightings.put_embedding(changed.id, changed.started_at, Embedding(b.unit_vectors(1, D, seed=777)[0], b.MODEL))
        for dropped in sightings[20:60]:
            t.sightings.drop_embedding(dropped.id)
    before = asked(store, follower)
    assert before is not None
    assert follower.refresh(store) == 25
    after = asked(store, follower)
    assert after is not None
    assert [id for id, _ in after.nearest] == [id for id, _ in before.nearest]
    assert asked(store, follower, limit=385) is not None


def test_a_dropped_day_is_forgotten(store: Store, follower: Follower) -> None:
    """Retention drops whole days: Milvus forgets them as well, and before it does they are no answers."""
    sightings = filled(store)
    follower.refresh(store)
    with store.begin() as t:
        drop_day(t.session.connection(), sightings[0].started_at.date())
    assert asked(store, follower) is not None
    follower.refresh(store)
    assert asked(store, follower, limit=300) is not None


def test_required_conditions_never_lose_rows(store: Store, follower: Follower) -> None:
    """Where few fulfil a condition Milvus is asked for more and more, until all that fit are found."""
    red = Attributes({AttributeName.UPPER_COLOUR: {"red": 0.9}})
    blue = Attributes({AttributeName.UPPER_COLOUR: {"red": 0.1}})
    store_all(store, [seen(i, day=i % 3, attributes=red if i % 40 == 0 else blue) for i in range(400)])
    follower.refresh(store)
    wanted = AttributeCondition(AttributeName.UPPER_COLOUR, ("red",), required=True)
    found = asked(store, follower, limit=10, conditions=[wanted])
    assert found is not None
    assert len(found.nearest) == 10


def test_a_follower_that_died_goes_on_where_it_was(store: Store, follower: Follower, tmp_path: Path) -> None:
    """A new process hands on only what has changed since the last one noted how far it was."""
    filled(store, 50)
    follower.refresh(store)
    follower.close()
    store_all(store, [seen(i) for i in range(50, 60)])
    again = Follower(Connected(str(tmp_path / "milvus.db")), b.MODEL)
    assert again.refresh(store) == 10
    assert again.refresh(store) == 0
    assert asked(store, again, limit=60) is not None
    again.close()


def test_before_anything_was_handed_on_only_a_scan_can_tell(store: Store, follower: Follower) -> None:
    """An empty gallery, and one that nobody has followed yet, are left to the exact scan."""
    assert follower.refresh(store) == 0
    assert asked(store, follower) is None
    filled(store, 10)
    assert asked(store, follower) is None


def test_names_with_quotes_are_no_part_of_the_filter(store: Store, follower: Follower) -> None:
    """A camera's name is data, whatever it holds."""
    odd = 'a"] or camera in ["cam-1\\'
    store_all(store, [seen(i) for i in range(20)])
    store_all(store, [replace(seen(20), camera_id=CameraId(odd))])
    follower.refresh(store)
    found = asked(store, follower, replace(WHOLE, cameras=(CameraId(odd),)))
    assert found is not None
    assert len(found.nearest) == 1


def test_a_milvus_that_is_away_is_transient(store: Store) -> None:
    """Nobody listens: said in time, and what was to be handed on is handed on later."""
    filled(store, 5)
    away = Follower(Connected("http://127.0.0.1:9", deadline_s=1.0), b.MODEL)
    with pytest.raises(Transient, match="Milvus"):
        away.refresh(store)
