"""Re-ranking equals the paper's definition, also where there is little to rank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from haetae.ranking import KReciprocal, nearest_reranked, rerank_embeddings
from tests.kit.builders import unit_vectors
from tests.unit.ranking.dense_reference import rerank_densely

AS_MEASURED = 2e-6
Rows = NDArray[np.float32]


def people(n_probes: int, n_gallery: int, *, n_people: int = 12, d: int = 32, seed: int = 0) -> tuple[Rows, Rows]:
    """Probes and gallery in which each person's vectors lie near each other."""
    rng = np.random.default_rng(seed)
    centres = unit_vectors(n_people, d, seed=seed)
    noise = rng.standard_normal((n_probes + n_gallery, d)) * 0.12
    rows = centres[rng.integers(0, n_people, n_probes + n_gallery)] + noise
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return rows[:n_probes], rows[n_probes:]


@pytest.mark.parametrize(
    ("n_probes", "n_gallery", "how"),
    [
        (10, 80, KReciprocal()),
        (10, 80, KReciprocal(k1=25, k2=1, weight_of_original=0.1)),
        (1, 40, KReciprocal()),
        (4, 7, KReciprocal()),
        (5, 60, KReciprocal(k1=4, k2=12)),
        (3, 9, KReciprocal(k1=50, k2=60)),
        (2, 1, KReciprocal()),
        (6, 50, KReciprocal(k1=1, k2=1, weight_of_original=0.0)),
        (6, 50, KReciprocal(weight_of_original=1.0)),
        (6, 50, KReciprocal(k1=7, k2=3)),
    ],
)
def test_equals_the_definition(n_probes: int, n_gallery: int, how: KReciprocal) -> None:
    """The sparse computation gives what the dense definition gives, with few and many neighbours."""
    probes, gallery = people(n_probes, n_gallery)
    assert np.abs(rerank_embeddings(probes, gallery, how) - rerank_densely(probes, gallery, how)).max() < AS_MEASURED


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(1, 60), st.integers(1, 30), st.integers(1, 12), st.integers(0, 10_000))
def test_equals_the_definition_for_any_sizes(n_probes: int, n_gallery: int, k1: int, k2: int, seed: int) -> None:
    """No combination of sizes, k1 and k2 leaves the definition."""
    probes, gallery = people(n_probes, n_gallery, seed=seed)
    how = KReciprocal(k1, k2, 0.3)
    assert np.abs(rerank_embeddings(probes, gallery, how) - rerank_densely(probes, gallery, how)).max() < AS_MEASURED


def test_copies_in_the_gallery_tie_by_index() -> None:
    """Vectors that occur thirty times over are ordered by index, whatever a matrix product makes of their last digit."""
    probes, gallery = people(3, 40, d=61)
    crowded = np.concatenate([gallery, np.repeat(gallery[:3], 30, axis=0), probes[:1]])
    how = KReciprocal()
    assert np.abs(rerank_embeddings(probes, crowded, how) - rerank_densely(probes, crowded, how)).max() < AS_MEASURED


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 12), st.integers(2, 70), st.integers(1, 25), st.integers(0, 10_000))
def test_equals_the_definition_however_often_vectors_occur(n_probes: int, n_different: int, n: int, k1: int, seed: int) -> None:
    """Probes and gallery drawn from a few vectors: whatever is equal ties by index, also where lists end among equals."""
    different, _ = people(n_different + 1, 0, n_people=4, seed=seed)
    drawn = np.random.default_rng(seed).integers(0, n_different + 1, n_probes + n)
    drawn[:2] = 0, 1  # two that differ, so that there is an order
    probes, gallery = different[drawn[:n_probes]], different[drawn[n_probes:]]
    how = KReciprocal(k1, 3, 0.3)
    assert np.abs(rerank_embeddings(probes, gallery, how) - rerank_densely(probes, gallery, how)).max() < AS_MEASURED


def test_opposite_vectors_are_the_farthest() -> None:
    """A vector and its opposite are valid input: nothing overflows and the opposite comes last."""
    probes, gallery = people(2, 30)
    together = np.concatenate([gallery, -probes])
    distances = rerank_embeddings(probes, together)
    assert np.isfinite(distances).all()
    assert distances[0].argmax() == 30
    assert distances[1].argmax() == 31


def test_vectors_need_not_have_length_one() -> None:
    """Embeddings read back from half precision are a little off length 1: directions alone count."""
    probes, gallery = people(4, 50)
    assert np.abs(rerank_embeddings(probes * 3, gallery * 1.001) - rerank_embeddings(probes, gallery)).max() < AS_MEASURED


def test_the_answer_is_single_precision_within_0_and_1() -> None:
    """The answer is (n_query, n_gallery) float32 in 0-1."""
    distances = rerank_embeddings(*people(7, 90))
    assert distances.shape == (7, 90)
    assert distances.dtype == np.float32
    assert distances.min() >= 0
    assert distances.max() <= 1


@pytest.mark.parametrize("keep", [1, 10, 500])
def test_the_nearest_alone_are_the_first_of_the_whole(keep: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeping only the nearest, a few probes at a time, gives the same order and distances as the whole matrix."""
    monkeypatch.setattr("haetae.ranking.rows.BLOCK_BYTES", 4 * 90 * 5)
    probes, gallery = people(13, 90)
    whole = rerank_embeddings(probes, gallery)
    found = nearest_reranked(probes, gallery, keep)
    expected = np.argsort(whole, axis=1, kind="stable")[:, :keep]
    assert found.order.shape == (13, min(keep, 90))
    assert np.abs(found.distances - np.take_along_axis(whole, expected, axis=1)).max() < AS_MEASURED
    assert np.abs(np.take_along_axis(whole, found.order.astype(np.intp), axis=1) - found.distances).max() < AS_MEASURED


@pytest.mark.parametrize("keep", [1, 10, 60])
def test_among_equally_near_the_first_of_the_gallery_are_kept(keep: int) -> None:
    """Where a list ends among copies, those with the lowest index are in it, in the order of the whole matrix."""
    probes, gallery = people(5, 20)
    gallery = np.repeat(gallery, 4, axis=0)[::-1].copy()
    expected = np.argsort(rerank_embeddings(probes, gallery), axis=1, kind="stable")[:, :keep]
    assert np.array_equal(nearest_reranked(probes, gallery, keep).order, expected)


def test_nothing_to_rank_gives_nothing() -> None:
    """No probes or no gallery is no error."""
    some = unit_vectors(3, 8)
    assert rerank_embeddings(some[:0], some).shape == (0, 3)
    assert rerank_embeddings(some, some[:0]).shape == (3, 0)


def test_equal_vectors_are_refused() -> None:
    """Where all vectors are one, distances cannot be normalised: said, not answered with NaN."""
    same = np.repeat(unit_vectors(1, 16), 5, axis=0)
    with pytest.raises(ValueError, match="same vector"):
        rerank_embeddings(same[:1], same[1:])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(value: float) -> None:
    """One bad number is named as the cause."""
    probes, gallery = people(2, 10)
    gallery[4, 3] = value
    with pytest.raises(ValueError, match="not finite"):
        rerank_embeddings(probes, gallery)


def test_zero_vectors_and_wrong_shapes_are_refused() -> None:
    """A vector without direction, or vectors of two dimensions, cannot be compared."""
    probes, gallery = people(2, 10)
    with pytest.raises(ValueError, match="direction"):
        rerank_embeddings(probes, np.zeros_like(gallery))
    with pytest.raises(ValueError, match="same d"):
        rerank_embeddings(probes, gallery[:, :-1])
    with pytest.raises(ValueError, match="same d"):
        rerank_embeddings(probes[0], gallery)


@pytest.mark.parametrize(("k1", "k2", "weight"), [(0, 6, 0.3), (20, 0, 0.3), (20, 6, 1.1), (20, 6, -0.1), (20, 6, float("nan"))])
def test_impossible_settings_are_refused(k1: int, k2: int, weight: float) -> None:
    """k1 and k2 count neighbours, and the weight is a share."""
    with pytest.raises(ValueError, match="weight_of_original"):
        KReciprocal(k1, k2, weight)
