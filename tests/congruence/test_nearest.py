"""Re-ranking gives the same whether this process compares all with all or a Triton server does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.embedded.triton import find_environment
from haetae.errors import Misconfigured
from haetae.inference.nearest import TritonNearest
from haetae.models.nearest import NEAREST
from haetae.models.repository import lay_out
from haetae.ranking import GraphPropagation, KReciprocal, Reranking, nearest_reranked, rerank_embeddings
from haetae.ranking.most_similar import MostSimilar
from tests.kit import servers
from tests.kit.builders import unit_vectors

pytestmark = pytest.mark.integration

SAME = 1e-5
GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "golden" / "rerank"
GOLDEN_FILES: list[Path | None] = [*sorted(GOLDEN.glob("*.npz"))] or [None]


class Elsewhere:
    """The server, and how often it answered."""

    def __init__(self, nearest: TritonNearest) -> None:
        self._nearest = nearest
        self.n_answers = 0

    def __call__(self, vectors: Vectors, kept: int) -> MostSimilar | None:
        found = self._nearest(vectors, kept)
        self.n_answers += found is not None
        return found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Triton with this one model."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    repository = tmp_path_factory.mktemp("repository")
    lay_out(repository / "no-models", repository, [NEAREST])
    with servers.triton(tmp_path_factory.mktemp("triton"), repository) as (part, _):
        yield part.address


@pytest.fixture(params=[False, True], ids=["messages", "shared-memory"])
def elsewhere(request: pytest.FixtureRequest, address: str) -> Iterator[Elsewhere]:
    nearest = TritonNearest(address, shared_memory=request.param, deadline_s=60)
    yield Elsewhere(nearest)
    nearest.close()


def people(n: int, seed: int) -> NDArray[np.float32]:
    """(n, 256) of 150 people."""
    rng = np.random.default_rng(seed)
    rows = unit_vectors(150, 256)[rng.integers(0, 150, n)] + 0.05 * rng.standard_normal((n, 256))
    return np.asarray(rows, np.float32)


@pytest.fixture(params=GOLDEN_FILES, ids=lambda path: path.stem if path else "none")
def path(request: pytest.FixtureRequest) -> Path:
    """Each of the files."""
    if request.param is None:
        pytest.skip("the folder ../shared/golden/rerank beside the checkout is missing")
    return Path(request.param)


def test_golden_files_come_out_the_same(path: Path, elsewhere: Elsewhere) -> None:
    """The published code's distances and first twenty, copies among the vectors or not, with a server's comparison."""
    golden = np.load(path)
    how = KReciprocal(int(golden["k1"]), int(golden["k2"]), float(golden["weight_of_original"]))
    distances = rerank_embeddings(golden["probes"], golden["gallery"], how, elsewhere=elsewhere)
    assert elsewhere.n_answers == 1
    assert np.abs(distances - golden["expected"]).max() < SAME
    ours, theirs = (np.argsort(table, axis=1, kind="stable")[:, :20] for table in (distances, golden["expected"]))
    assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("how", [KReciprocal(), KReciprocal(k1=7, k2=3), GraphPropagation()], ids=["20", "7", "graph"])
def test_distances_are_those_of_this_process(how: Reranking, elsewhere: Elsewhere) -> None:
    """Forty probes against 2,500, several blocks of rows: the same within 1e-5, and the same order."""
    probes, gallery = people(40, 1), people(2500, 2)
    here, there = rerank_embeddings(probes, gallery, how), rerank_embeddings(probes, gallery, how, elsewhere=elsewhere)
    assert elsewhere.n_answers == 1
    assert np.abs(here - there).max() < SAME
    first = np.argsort(here, axis=1, kind="stable")[:, :100]
    assert np.abs(np.diff(np.take_along_axis(there, first, axis=1), axis=1).clip(max=0)).max() < SAME


def test_the_nearest_alone_are_those_of_this_process(elsewhere: Elsewhere) -> None:
    """The first ten of each probe, in their order, and one sighting that is among the probes and in the gallery."""
    probes, gallery = people(30, 3), people(1200, 4)
    gallery[77] = probes[5]
    here, there = nearest_reranked(probes, gallery, 10), nearest_reranked(probes, gallery, 10, elsewhere=elsewhere)
    assert elsewhere.n_answers == 1
    assert np.array_equal(here.order, there.order)
    assert np.abs(here.distances - there.distances).max() < SAME
    assert there.order[5, 0] == 77
