"""The stored neighbour graph gives what its definition says, however it came about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.ranking.neighbour_graph import NeighbourGraph
from tests.kit.builders import unit_vectors
from tests.unit.ranking.test_k_reciprocal import people

AS_MEASURED = 3e-6
Rows = NDArray[np.float32]


def attached_densely(probe: Rows, gallery: Rows, how: KReciprocal) -> NDArray[np.float64]:
    """(n,) the definition with plain sets: the gallery's own lists, and one probe that enters some of them."""
    vectors = gallery.astype(np.float64) / np.linalg.norm(gallery, axis=1, keepdims=True)
    asked = probe.astype(np.float64) / np.linalg.norm(probe)
    squared = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    order = np.argsort(squared, axis=1, kind="stable")
    to_probe = ((vectors - asked) ** 2).sum(axis=1)
    near = np.argsort(to_probe, kind="stable")[: how.k1]
    half = round(how.k1 / 2)

    def reciprocal(row: int, k: int) -> set[int]:
        return {int(q) for q in order[row, : k + 1] if row in order[q, : k + 1]}

    def enters(row: int, k: int) -> bool:
        return len(gallery) <= k or to_probe[row] <= squared[row, order[row, k]]

    def expanded(wide: set[int], narrow_of: dict[int, set[int]]) -> set[int]:
        return wide.union(*(n for q in wide if (n := narrow_of[q]) and len(n & wide) > 2 / 3 * len(n)))

    narrow = {row: reciprocal(row, half) for row in range(len(gallery))}
    weights = np.zeros((len(gallery), len(gallery) + 1))  # the last column is the probe's
    for row in range(len(gallery)):
        members = sorted(expanded(reciprocal(row, how.k1), narrow))
        weights[row, members] = np.exp(-squared[row, members] / squared[row].max())
    entered = [int(row) for row in near if enters(row, how.k1)]
    for row in entered:
        weights[row, -1] = np.exp(-to_probe[row] / squared[row].max())
    weights /= weights.sum(axis=1, keepdims=True)
    with_probe = {row: narrow[row] | ({-1} if row in near[:half] and enters(row, half) else set()) for row in narrow}
    members = sorted(expanded({*entered, -1}, {**with_probe, -1: set()}) - {-1})
    own = np.zeros(len(gallery) + 1)
    own[members] = np.exp(-to_probe[members] / to_probe.max())
    own[-1] = 1
    own /= own.sum()
    own = np.vstack([own, weights[near[: how.k2 - 1]]]).mean(axis=0)
    averaged = np.stack([weights[order[row, : how.k2]].mean(axis=0) for row in range(len(gallery))])
    shared = np.minimum(own, averaged).sum(axis=1)
    share = how.weight_of_original
    return np.asarray((1 - share) * (1 - shared / (2 - shared)) + share * to_probe / to_probe.max())


def graph_of(gallery: Rows, how: KReciprocal | None = None, *, batch: int = 1000) -> NeighbourGraph:
    """The graph of a gallery that came in batches."""
    graph = NeighbourGraph(gallery.shape[1], how)
    for first in range(0, len(gallery), batch):
        graph.add(gallery[first : first + batch])
    return graph


@pytest.mark.parametrize(
    "how", [KReciprocal(), KReciprocal(k1=4, k2=3), KReciprocal(k1=9, k2=1), KReciprocal(k1=3, k2=8), KReciprocal(k1=60, k2=70)]
)
def test_equals_the_definition(how: KReciprocal) -> None:
    """A probe's distances are those of plain sets over dense distances, with few and many neighbours."""
    probes, gallery = people(5, 50)
    graph = graph_of(gallery, how)
    for probe in probes:
        found = graph.reranked(probe, np.arange(len(gallery)))
        assert np.abs(found - attached_densely(probe, gallery, how)).max() < AS_MEASURED


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(0, 1000), st.data())
def test_a_graph_that_grew_and_shrank_is_the_graph_of_what_is_left(batch: int, seed: int, data: st.DataObject) -> None:
    """Whatever came in which batches, and went again between two probes: the answer is that of a graph made at once."""
    probes, gallery = people(2, 45, seed=seed)
    how = KReciprocal(k1=5, k2=3)
    gone = np.array(sorted(data.draw(st.sets(st.integers(0, 44), max_size=20))), np.int64)
    graph = graph_of(gallery[:30], how, batch=batch)
    graph.reranked(probes[0], np.arange(30))
    graph.remove(gone[gone < 30])
    graph.add(gallery[30:])
    graph.settle()
    graph.remove(gone)
    left = np.setdiff1d(np.arange(45), gone)
    anew = graph_of(gallery[left], how)
    assert len(graph) == len(anew) == len(left)
    for probe in probes:
        assert np.abs(graph.reranked(probe, left) - anew.reranked(probe, np.arange(len(left)))).max() < AS_MEASURED


def test_orders_like_the_whole_re_ranking() -> None:
    """Against everybody, a stored graph and the whole computation put nearly the same rows among the first twenty."""
    probes, gallery = people(20, 1500, n_people=120, d=64, seed=4)
    graph = graph_of(gallery)
    shared = []
    for probe in probes:
        whole = np.argsort(rerank_embeddings(probe[None], gallery)[0], kind="stable")[:20]
        stored = np.argsort(graph.reranked(probe, np.arange(len(gallery))), kind="stable")[:20]
        shared.append(len(set(whole.tolist()) & set(stored.tolist())) / 20)
    assert np.mean(shared) > 0.93


def test_some_rows_are_ranked_as_among_all() -> None:
    """A filter leaves fewer rows to rank; it changes nobody's distance, as re-ranking the filtered alone would."""
    probes, gallery = people(1, 80)
    graph, some = graph_of(gallery), np.array([3, 40, 77, 5])
    assert np.array_equal(graph.reranked(probes[0], some), graph.reranked(probes[0], np.arange(80))[some])


def test_settling_leaves_nothing_to_compute() -> None:
    """After `settle` a probe computes no set; what came since is outdated again."""
    probes, gallery = people(1, 300)
    graph = graph_of(gallery[:250])
    assert graph.settle() == 250
    assert graph.settle() == 0
    graph.add(gallery[250:])
    assert graph.settle() >= 50
    assert np.isfinite(graph.reranked(probes[0], np.arange(300))).all()


def test_a_small_or_uniform_gallery_is_no_error() -> None:
    """One row, or copies of one vector, give finite distances within 0-1."""
    one = unit_vectors(1, 16)
    for gallery in (one, np.repeat(one, 40, axis=0)):
        found = graph_of(gallery).reranked(unit_vectors(2, 16)[1], np.arange(len(gallery)))
        assert np.isfinite(found).all()
        assert found.min() >= 0
        assert found.max() <= 1


def test_what_cannot_be_ranked_is_refused() -> None:
    """Vectors without direction or of another length, numbers that are not finite, and rows that are gone."""
    probes, gallery = people(2, 30)
    graph = graph_of(gallery)
    graph.remove(np.array([4]))
    with pytest.raises(KeyError, match="not in the graph"):
        graph.reranked(probes[0], np.array([3, 4]))
    with pytest.raises(ValueError, match="not finite"):
        graph.reranked(probes[0] * np.nan, np.arange(3))
    with pytest.raises(ValueError, match="finite"):
        graph.add(gallery[:, :5])
