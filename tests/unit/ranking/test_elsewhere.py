"""Somebody else may compare all vectors with all: what comes back is only taken for a proposal."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.embedding import Vectors
from haetae.ranking import AllTheSame, GraphPropagation, KReciprocal, Reranking, nearest_reranked, rerank_embeddings
from haetae.ranking.most_similar import MostSimilar
from tests.unit.ranking.test_k_reciprocal import AS_MEASURED, people


class Rounding:
    """Another machine: it multiplies in an order of its own, so that its last digits differ; remembers what it was asked."""

    def __init__(self, off_by: float = 2e-6) -> None:
        self.asked: list[Vectors] = []
        self._off_by = off_by

    def __call__(self, vectors: Vectors, kept: int) -> MostSimilar:
        self.asked.append(vectors)
        products = vectors @ vectors.T
        noise = np.random.default_rng(0).uniform(-self._off_by, self._off_by, products.shape)
        order = np.argsort(-(products + noise), axis=1, kind="stable")[:, :kept]
        return MostSimilar(np.ascontiguousarray(order, np.int32), products.min(axis=1))


@pytest.mark.parametrize("how", [KReciprocal(), KReciprocal(k1=4, k2=9), GraphPropagation(k1=8, k2=3)], ids=["20", "4", "graph"])
def test_last_digits_of_another_machine_change_nothing(how: Reranking) -> None:
    """Distances are those of this process, to the last digit where it decides the order itself."""
    probes, gallery = people(6, 300)
    elsewhere = Rounding()
    there = rerank_embeddings(probes, gallery, how, elsewhere=elsewhere)
    assert len(elsewhere.asked) == 1
    assert np.abs(there - rerank_embeddings(probes, gallery, how)).max() < AS_MEASURED
    ours = nearest_reranked(probes, gallery, 20)
    assert np.array_equal(nearest_reranked(probes, gallery, 20, elsewhere=elsewhere).order, ours.order)


def test_equal_vectors_are_asked_about_once() -> None:
    """A sighting that is asked for is in the gallery too; nobody else has to know how ties are ordered."""
    probes, gallery = people(3, 50)
    crowded = np.concatenate([gallery, np.repeat(gallery[:2], 40, axis=0), probes])
    elsewhere = Rounding()
    there = rerank_embeddings(probes, crowded, elsewhere=elsewhere)
    assert [len(vectors) for vectors in elsewhere.asked] == [53]
    assert np.abs(there - rerank_embeddings(probes, crowded)).max() < AS_MEASURED


def test_who_cannot_tell_is_not_missed() -> None:
    """None: this process compares, and the answer is its own, bit by bit."""
    probes, gallery = people(3, 50)
    assert np.array_equal(rerank_embeddings(probes, gallery, elsewhere=lambda _, __: None), rerank_embeddings(probes, gallery))


def test_equal_vectors_alone_are_refused_whoever_compares() -> None:
    """There is no order to find among them elsewhere either."""
    same = np.repeat(people(1, 1)[0], 5, axis=0)
    with pytest.raises(AllTheSame):
        rerank_embeddings(same[:1], same[1:], elsewhere=Rounding())
