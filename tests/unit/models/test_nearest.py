"""The network that compares all vectors with all, run in process."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from haetae.models.nearest import FILE, KEPT, LEAST, ORDER, SIMILARITIES, VECTORS
from tests.kit.builders import unit_vectors


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(FILE), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(
    ("n", "kept"), [(1, 1), (2, 2), (63, 5), (64, 3), (65, 30), (1000, 29), (1024, 29), (1025, 1025), (2500, 7)]
)
def test_each_row_gets_its_most_similar_and_its_least(session: onnxruntime.InferenceSession, n: int, kept: int) -> None:
    """Whatever remains for the last block of rows: the largest products in order, and the smallest."""
    vectors = unit_vectors(n, 48, seed=n)
    asked = {VECTORS: vectors, KEPT: np.array([kept], np.int64)}
    order, similarities, least = session.run([ORDER, SIMILARITIES, LEAST], asked)
    products = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    expected = np.sort(products, axis=1)[:, ::-1][:, :kept]
    assert (order.dtype, order.shape, least.shape) == (np.int32, (n, kept), (n,))
    assert np.abs(np.take_along_axis(products, order.astype(np.intp), axis=1) - expected).max() < 1e-6
    assert np.abs(similarities - expected).max() < 1e-6
    assert np.abs(least - products.min(axis=1)).max() < 1e-6
    assert all(len(set(row)) == kept for row in order.tolist())


def test_more_than_there_are_cannot_be_kept(session: onnxruntime.InferenceSession) -> None:
    """That is an error, not a shorter answer."""
    with pytest.raises(Exception, match="TopK"):
        session.run(None, {VECTORS: unit_vectors(5, 8), KEPT: np.array([6], np.int64)})
