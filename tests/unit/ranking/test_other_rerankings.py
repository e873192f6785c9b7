"""Camera-aware and graph re-ranking equal their papers' definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from haetae.ranking import CameraAware, GraphPropagation, TakenBy, rerank_embeddings
from tests.unit.ranking.dense_reference import rerank_by_camera_densely, rerank_by_graph_densely
from tests.unit.ranking.test_k_reciprocal import AS_MEASURED, people


def taken_by(n_probes: int, n_gallery: int, n_cameras: int, seed: int) -> tuple[TakenBy, NDArray[np.int64]]:
    cameras = np.random.default_rng(seed).integers(0, n_cameras, n_probes + n_gallery) * 7 + 3
    return TakenBy(cameras[:n_probes], cameras[n_probes:]), cameras


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 8),
    st.integers(1, 60),
    st.tuples(st.integers(0, 8), st.integers(1, 25), st.integers(1, 5), st.integers(0, 6)),
    st.integers(1, 9),
    st.integers(0, 10_000),
)
def test_camera_aware_equals_the_definition(
    n_probes: int, n_gallery: int, k: tuple[int, int, int, int], n_cameras: int, seed: int
) -> None:
    """Whatever the sizes and however few pictures a camera took, also where all are by one camera."""
    probes, gallery = people(n_probes, n_gallery, seed=seed)
    by, cameras = taken_by(n_probes, n_gallery, n_cameras, seed)
    how = CameraAware(*k, weight_of_original=0.3)
    expected = rerank_by_camera_densely(probes, gallery, cameras, how)
    assert np.abs(rerank_embeddings(probes, gallery, how, by) - expected).max() < AS_MEASURED


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(1, 60), st.integers(1, 30), st.integers(1, 10), st.integers(0, 3), st.integers(0, 10_000))
def test_graph_equals_the_definition(n_probes: int, n_gallery: int, k1: int, k2: int, n_layers: int, seed: int) -> None:
    """Whatever the sizes, with no layer at all too."""
    probes, gallery = people(n_probes, n_gallery, seed=seed)
    how = GraphPropagation(k1, k2, n_layers)
    expected = rerank_by_graph_densely(probes, gallery, how)
    assert np.abs(rerank_embeddings(probes, gallery, how) - expected).max() < 2 * AS_MEASURED


def test_camera_aware_finds_the_person_behind_a_camera_s_own_colours() -> None:
    """Each camera pulls what it sees its own way, so that strangers by the same camera are nearer than oneself by another:
    neighbours found apart put more of the right people first than neighbours found together."""
    rng = np.random.default_rng(4)
    n_people, n_cameras, d = 40, 6, 48
    centres, casts = rng.standard_normal((n_people, d)), 1.2 * rng.standard_normal((n_cameras, d))
    who, where = (side.ravel() for side in np.meshgrid(np.arange(n_people), np.arange(n_cameras), indexing="ij"))
    vectors = (centres[who] + casts[where] + 0.35 * rng.standard_normal((len(who), d))).astype(np.float32)
    probe, gallery = where == 0, where != 0
    by = TakenBy(where[probe], where[gallery])

    def right(how: CameraAware | None) -> float:
        order = rerank_embeddings(vectors[probe], vectors[gallery], how, by).argsort(axis=1, kind="stable")
        return float((who[gallery][order[:, : n_cameras - 1]] == who[probe][:, None]).mean())

    assert right(CameraAware(k1_within=2, k1_across=8, k2_within=1)) > right(None) + 0.03


def test_cameras_are_asked_for() -> None:
    """Camera-aware re-ranking without cameras, or with too few of them, says so."""
    probes, gallery = people(2, 10)
    with pytest.raises(ValueError, match="needs the cameras"):
        rerank_embeddings(probes, gallery, CameraAware())
    with pytest.raises(ValueError, match="a camera each"):
        rerank_embeddings(probes, gallery, CameraAware(), TakenBy(np.zeros(2, int), np.zeros(9, int)))


def test_impossible_settings_of_the_others_are_refused() -> None:
    """Counts count, and the weight is a share."""
    with pytest.raises(ValueError, match="k2_within"):
        CameraAware(k2_within=0)
    with pytest.raises(ValueError, match="one k1 above 0"):
        CameraAware(k1_within=0, k1_across=0)
    with pytest.raises(ValueError, match="n_layers"):
        GraphPropagation(n_layers=-1)
