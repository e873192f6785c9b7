"""The neighbour graphs beside the index follow the gallery, and re-rank as one made at once of what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from haetae.domain.embedding import Embedding, Vectors
from haetae.domain.ids import TrackletId
from haetae.domain.sighting import Sighting
from haetae.ranking import KReciprocal
from haetae.ranking.neighbour_graph import NeighbourGraph
from haetae.store.engine import open_store
from haetae.store.index import EmbeddingIndex, Limits
from haetae.store.migration import migrate
from haetae.store.partitions import drop_day
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from services.search.graphs import Graphs
from services.search.port import Reranked
from tests.kit import builders as b
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.integration

D = 64
HOW = KReciprocal(k1=8, k2=3)
PROBE = b.unit_vectors(1, D, seed=900)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """An empty store."""
    with own_schema(postgres_url, "graphs") as url:
        migrate(url)
        opened = open_store(url, cipher=Cipher([]))
        yield opened
        opened.close()


def seen(n: int, *, day: int = 0, look: int | None = None) -> Sighting:
    """The `n`-th sighting, on a day."""
    at = b.at(86_400.0 * day + n)
    made = b.sighting(n, f"cam-{n % 5}", embedding=b.embedding(n if look is None else look, d=D), started_at=at)
    return replace(made, ended_at=b.at(86_400.0 * day + n + 4))


def kept(store: Store, sightings: Sequence[Sighting]) -> None:
    """In one transaction."""
    with store.begin() as t:
        for sighting in sightings:
            assert t.sightings.upsert(sighting)


class Followed:
    """Index and graphs, brought up to date when they are asked."""

    def __init__(self, store: Store, *, most_rows: int = 10_000) -> None:
        self.store = store
        self.index = EmbeddingIndex(b.MODEL, Limits())
        self.graphs = Graphs(HOW, most_rows=most_rows, every_s=1.0)

    def reranked(self, ids: Sequence[TrackletId]) -> Reranked | None:
        """Of the sightings of now."""
        self.index.refresh(self.store)
        assert self.index.newest is not None
        self.graphs.follow(self.index.newest)
        return self.graphs.reranked(ids, PROBE, HOW, b.MODEL)


def at_once(sightings: Sequence[Sighting], chosen: Sequence[TrackletId]) -> Vectors:
    """What a graph of exactly these sightings says of the chosen ones."""
    graph = NeighbourGraph(D, HOW)
    stored = np.stack([s.embedding.vector for s in sightings if s.embedding]).astype(np.float16).astype(np.float32)
    graph.add(stored)
    rows = [[s.id for s in sightings].index(id) for id in chosen]
    return graph.reranked(PROBE[0], np.array(rows))


def test_the_graph_follows_what_is_stored(store: Store) -> None:
    """Sightings that came, whose look changed, and whose embedding went: the distances are those of what is stored now."""
    sightings = [seen(i) for i in range(120)]
    kept(store, sightings[:80])
    followed = Followed(store)
    chosen = [s.id for s in sightings[10:40]]
    found = followed.reranked(chosen)
    assert found is not None
    assert found.known.all()
    assert np.allclose(found.distances[0], at_once(sightings[:80], chosen), atol=1e-5)
    kept(store, sightings[80:])
    anew = Embedding(b.embedding(5000, d=D).vector, b.MODEL)
    with store.begin() as t:
        assert t.sightings.put_embedding(sightings[20].id, sightings[20].started_at, anew)
        t.sightings.drop_embedding(sightings[3].id)
    sightings[20] = replace(sightings[20], embedding=anew)
    found = followed.reranked(chosen)
    assert found is not None
    assert np.allclose(found.distances[0], at_once([*sightings[:3], *sightings[4:]], chosen), atol=1e-5)


def test_each_day_is_its_own_graph_and_the_newest_come_first(store: Store) -> None:
    """A sighting is compared with its day; days beyond the rows that are granted have no graph, dropped days none any more."""
    days = [[seen(60 * day + i, day=day) for i in range(60)] for day in range(3)]
    kept(store, [sighting for day in days for sighting in day])
    followed = Followed(store, most_rows=130)
    chosen = [days[0][1].id, days[1][2].id, days[2][3].id, days[2][4].id]
    found = followed.reranked(chosen)
    assert found is not None
    assert found.known.tolist() == [False, True, True, True]
    assert np.allclose(found.distances[0, 1:2], at_once(days[1], chosen[1:2]), atol=1e-5)
    assert np.allclose(found.distances[0, 2:], at_once(days[2], chosen[2:]), atol=1e-5)
    with store.begin() as t:
        drop_day(t.session.connection(), days[2][0].started_at.date())
    found = followed.reranked(chosen)
    assert found is not None
    assert found.known.tolist() == [True, True, False, False]


def test_other_parameters_and_candidates_that_are_everybody_need_no_graph(store: Store) -> None:
    """A query with its own k1, or one that looks at all of the day, is answered by re-ranking its candidates together."""
    sightings = [seen(i) for i in range(50)]
    kept(store, sightings)
    followed = Followed(store)
    everybody = [s.id for s in sightings]
    assert followed.reranked(everybody) is None
    assert followed.reranked(everybody[:10]) is not None
    assert followed.graphs.reranked(everybody[:10], PROBE, KReciprocal(k1=5, k2=3), b.MODEL) is None
    assert followed.graphs.reranked([], PROBE, HOW, b.MODEL) is None


def test_graphs_are_made_anew_for_other_parameters(store: Store) -> None:
    """Search was tuned: old graphs answer none of the new k1 and k2, the next ones are as one made for them; another weight of
    the original distance needs no other graph."""
    sightings = [seen(i) for i in range(80)]
    kept(store, sightings)
    followed = Followed(store)
    chosen = [s.id for s in sightings[:10]]
    assert followed.reranked(chosen) is not None
    other = KReciprocal(k1=5, k2=2, weight_of_original=0.6)
    followed.graphs.how = other
    assert followed.graphs.reranked(chosen, PROBE, other, b.MODEL) is None
    assert followed.reranked(chosen) is None  # brought up to date; asked with the old parameters
    found = followed.graphs.reranked(chosen, PROBE, other, b.MODEL)
    assert found is not None
    graph = NeighbourGraph(D, other)
    graph.add(np.stack([s.embedding.vector for s in sightings if s.embedding]).astype(np.float16).astype(np.float32))
    assert np.allclose(found.distances[0], graph.reranked(PROBE[0], np.arange(10)), atol=1e-5)
    assert followed.graphs.reranked(chosen, PROBE, replace(other, weight_of_original=0.9), b.MODEL) is not None
