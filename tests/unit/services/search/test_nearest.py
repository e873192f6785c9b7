"""Who compares candidates with each other for a re-ranking."""

from __future__ import annotations

import numpy as np
from prometheus_client import REGISTRY

from haetae.domain.embedding import Vectors
from haetae.domain.query import Query
from haetae.domain.timing import SystemClock
from haetae.embedded.ports import LOOPBACK, any_free
from haetae.ranking.half_scan import most_similar_of_all
from haetae.ranking.most_similar import MostSimilar
from haetae.ranking.neighbours import unseen
from haetae.settings import TritonSettings
from services.search.nearest import Counted, chosen
from services.search.pipeline import Answer, Ranking, SearchPipeline
from services.search.settings import SearchSection
from tests.kit.builders import scope
from tests.unit.services.search.fakes import GalleryInMemory, probes
from tests.unit.services.search.test_pipeline import CROWD, look


def found(answer: Answer) -> list[tuple[str, float]]:
    """Candidates in their order, with their re-ranked distances."""
    return [(str(c.sighting.id), c.reranked_distance or 0.0) for person in answer.people for c in person.candidates]


def n_compared(by: str) -> float:
    return REGISTRY.get_sample_value("haetae_search_comparisons_total", {"by": by}) or 0.0


def test_this_process_compares_unless_told_otherwise() -> None:
    """The default asks nobody."""
    assert chosen(SearchSection(), TritonSettings()) is None


def test_somebody_else_may_compare_and_is_counted() -> None:
    """The answer is the same, and who compared shows in the metrics."""
    sizes: list[int] = []

    def elsewhere(vectors: Vectors, kept: int) -> MostSimilar:
        sizes.append(len(vectors))
        return most_similar_of_all(vectors, kept, unseen)

    before = n_compared("triton")
    asked = Query(scope()), probes(look(4, 999)), GalleryInMemory(CROWD)
    here = SearchPipeline(Ranking(), SystemClock()).answer(*asked)
    there = SearchPipeline(Ranking(elsewhere=Counted(elsewhere)), SystemClock()).answer(*asked)
    assert sizes == [len(CROWD) + 1]
    assert n_compared("triton") == before + 1
    np.testing.assert_allclose([d for _, d in found(there)], [d for _, d in found(here)], atol=1e-5)
    assert [id for id, _ in found(there)] == [id for id, _ in found(here)]


def test_a_server_that_is_away_costs_no_answer() -> None:
    """`triton` where nobody listens: the same answer as ever, counted as compared here."""
    elsewhere = chosen(SearchSection(nearest="triton"), TritonSettings(address=f"{LOOPBACK}:{any_free()}", deadline_s=2))
    before = n_compared("here")
    asked = Query(scope()), probes(look(4, 999)), GalleryInMemory(CROWD)
    here = SearchPipeline(Ranking(), SystemClock()).answer(*asked)
    there = SearchPipeline(Ranking(elsewhere=elsewhere), SystemClock()).answer(*asked)
    assert found(there) == found(here)
    assert n_compared("here") == before + 1
