"""Nearest sightings: exact within the scope, never across models, and re-embedded in the background."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from haetae.domain.embedding import Embedding, ModelVersion
from haetae.domain.ids import TrackletId
from haetae.errors import Poison, Refused, Transient
from haetae.store.engine import open_store
from haetae.store.gallery import DimensionsDiffer
from haetae.store.scopes import within
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.store.tables import SightingEmbeddingRow
from tests.kit import builders as b

pytestmark = pytest.mark.integration

NEWER = ModelVersion("reid-0288", "2-bf16")


def filled(store: Store, n: int, *, cameras: int = 3) -> tuple[list[TrackletId], np.ndarray]:
    """`n` sightings over some cameras and three days; their ids and vectors (n, 256)."""
    vectors = b.unit_vectors(n, seed=7)
    ids = []
    with store.begin() as t:
        for i, vector in enumerate(vectors):
            started_at = b.at(86_400.0 * (i % 3))
            sighting = b.sighting(i, f"cam-{i % cameras}", started_at=started_at, embedding=Embedding(vector, b.MODEL))
            t.sightings.upsert(sighting)
            ids.append(sighting.id)
    return ids, vectors


@pytest.mark.parametrize("k", [1, 3])
def test_nearest_is_exact(store: Store, k: int) -> None:
    """The order and the distances are those of numpy over the whole scope, for one probe and for several."""
    ids, vectors = filled(store, 300)
    probes = b.unit_vectors(k, seed=11)
    scope = b.scope(end_s=3 * 86_400)
    with store.begin() as t:
        found = t.sightings.nearest(probes, b.MODEL, scope, limit=25)
    expected = (1.0 - probes @ vectors.T).min(axis=0)
    order = np.argsort(expected)[:25]
    assert [id for id, _ in found] == [ids[i] for i in order]
    assert np.allclose([d for _, d in found], expected[order], atol=1e-3)


def test_nearest_stays_within_its_cameras_and_days(store: Store) -> None:
    """Only what the scope holds is compared, though others are nearer."""
    ids, vectors = filled(store, 60)
    with store.begin() as t:
        found = t.sightings.nearest(vectors[:1], b.MODEL, b.scope("cam-1", end_s=3 * 86_400), limit=99)
        one_day = t.sightings.nearest(vectors[:1], b.MODEL, b.scope(start_s=86_000, end_s=90_000), limit=99)
    assert {id for id, _ in found} == {ids[i] for i in range(1, 60, 3)}
    assert {id for id, _ in one_day} == {ids[i] for i in range(1, 60, 3)}


def test_days_outside_the_window_are_not_read(store: Store) -> None:
    """The plan of a scan names only the partitions of the window and of the day before it."""
    filled(store, 6)
    wanted = select(SightingEmbeddingRow.sighting_id).where(
        *within(SightingEmbeddingRow, b.scope(start_s=86_400 * 2, end_s=86_400 * 2 + 60), None)
    )
    statement = wanted.compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    with store.begin() as t:
        plan = "\n".join(t.session.execute(text(f"EXPLAIN {statement}")).scalars())
    assert set(re.findall(r"sighting_embeddings_(\d{8})", plan)) == {"20260505", "20260506"}


def test_vectors_come_in_order(store: Store) -> None:
    """(n, d) float32 unit rows in the order asked for; a missing one is a reason to try again."""
    ids, vectors = filled(store, 9)
    asked = [ids[5], ids[0], ids[5]]
    with store.begin() as t:
        read = t.sightings.vectors(asked, b.MODEL)
        assert t.sightings.vectors([], b.MODEL).shape[0] == 0
        with pytest.raises(Transient):
            t.sightings.vectors([ids[0], TrackletId(b.uuid("nobody"))], b.MODEL)
        with pytest.raises(Transient):
            t.sightings.vectors(ids, NEWER)
    assert read.dtype == np.float32
    assert np.allclose(np.linalg.norm(read, axis=1), 1.0, atol=1e-6)
    assert np.allclose(read, vectors[[5, 0, 5]], atol=1e-3)


def test_models_are_never_mixed(store: Store) -> None:
    """A scan by one model version sees nothing of another; an unknown one finds nothing; a wrong dimension is an error."""
    other = b.sighting(99, embedding=Embedding(b.unit_vector(1, 128), ModelVersion("reid-0286", "1")))
    with store.begin() as t:
        t.sightings.upsert(b.sighting(1))
        t.sightings.upsert(b.sighting(2, embedding=Embedding(b.unit_vector(2), NEWER)))
        t.sightings.upsert(other)
        assert [i for i, _ in t.sightings.nearest(b.unit_vectors(1), b.MODEL, b.scope(), limit=9)] == [b.sighting(1).id]
        assert [i for i, _ in t.sightings.nearest(b.unit_vectors(1), NEWER, b.scope(), limit=9)] == [b.sighting(2).id]
        assert t.sightings.nearest(b.unit_vectors(1), ModelVersion("reid-0288", "3"), b.scope(), limit=9) == []
        with pytest.raises(DimensionsDiffer):
            t.sightings.nearest(b.unit_vectors(1, 128), b.MODEL, b.scope(), limit=9)


def test_reembedding_finds_the_others_and_replaces(store: Store) -> None:
    """What was embedded by another version is listed newest first until each has been replaced or dropped."""
    with store.begin() as t:
        for n in range(5):
            t.sightings.upsert(b.sighting(n, started_at=b.at(n)))
        others = t.sightings.embedded_with_other_than(NEWER, 3)
        assert [s.id for s in others] == [b.sighting(n).id for n in (4, 3, 2)]
        assert all(s.embedding is not None and s.embedding.model == b.MODEL for s in others)
        for sighting in others:
            assert t.sightings.put_embedding(sighting.id, sighting.started_at, b.embedding(50, model=NEWER))
        t.sightings.drop_embedding(b.sighting(1).id)
        assert [s.id for s in t.sightings.embedded_with_other_than(NEWER, 9)] == [b.sighting(0).id]
        assert not t.sightings.put_embedding(TrackletId(b.uuid("nobody")), b.T0, b.embedding(1))
        assert len(t.sightings.nearest(b.unit_vectors(1), NEWER, b.scope(), limit=9)) == 3
        kept = t.sightings.get(b.sighting(4).id)
        assert kept == replace(others[0], embedding=None)


def test_a_vector_without_numbers_is_poison(store: Store) -> None:
    """An embedding with NaN can never be stored, however often it comes."""
    broken = Embedding(np.full(256, np.nan, dtype=np.float32), b.MODEL)
    with pytest.raises(Poison), store.begin() as t:
        t.sightings.upsert(b.sighting(1, embedding=broken))


def test_a_query_that_takes_too_long_is_refused(store: Store, url: str) -> None:
    """The statement timeout becomes 503 "query-too-expensive" for a search, and leaves the store usable."""
    filled(store, 300)
    slow = open_store(url, cipher=Cipher([]), statement_timeout_s=0.05)
    with slow.begin() as t:
        t.session.execute(text("SET LOCAL statement_timeout = 1"))
        with pytest.raises(Refused) as refused:
            t.sightings.nearest(b.unit_vectors(200), b.MODEL, b.scope(end_s=3 * 86_400), limit=9)
    with pytest.raises(Transient), slow.begin() as t:
        t.session.execute(text("SELECT pg_sleep(1)"))
    assert slow.ready() is None
    slow.close()
    assert (refused.value.status, refused.value.kind) == (503, "query-too-expensive")


def test_a_consistent_transaction_reads_one_instant(store: Store) -> None:
    """What others commit meanwhile is not seen by it, and by the next transaction on the same connection is."""
    with store.begin(consistent=True) as t:
        before = t.sightings.count(b.scope())
        filled(store, 3)
        assert t.sightings.count(b.scope(end_s=3 * 86_400)) == before == 0
    with store.begin() as t:
        assert t.sightings.count(b.scope(end_s=3 * 86_400)) == 3
        filled(store, 6)
        assert t.sightings.count(b.scope(end_s=3 * 86_400)) == 6
