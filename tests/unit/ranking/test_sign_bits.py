"""Signs choose whom to compare: well, the same each time, and never anybody whom the filter leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.embedding import Vectors, normalised
from haetae.ranking.halves import nearest_distances, to_halves
from haetae.ranking.sign_bit_scan import N_STEPS, Estimates, ScannedRows, Wanted, estimated
from haetae.ranking.sign_bits import SignCode
from tests.kit.builders import unit_vectors

ALWAYS = 2**32 - 1


def crowded(n: int, d: int = 256, *, seed: int = 0) -> Vectors:
    """Vectors like those of networks: far from the origin's centre, most of their variance in a few directions."""
    rng = np.random.default_rng(seed)
    spread = np.geomspace(1, 0.02, d)
    return normalised(rng.permutation(np.eye(d))[0] * 0.8 + rng.standard_normal((n, d)) * spread)


def rows_of(code: SignCode, vectors: Vectors, **facts: object) -> ScannedRows:
    """Rows that no filter leaves out unless `facts` say otherwise."""
    n = len(vectors)
    given = {"started": np.zeros(n, np.int64), "ended": np.zeros(n, np.int64), "camera": np.zeros(n, np.int32)}
    gone = facts.pop("gone_from", np.full(n, ALWAYS, np.uint32))
    return ScannedRows(*code.packed(vectors), **{**given, **facts}, gone_from=gone)  # type: ignore[arg-type]


ALL = Wanted(0, 1, np.ones(1, np.bool_), 0)


def best_by_counting(estimates: Estimates, m: int) -> list[int]:
    """What `best` should give, by sorting."""
    inside = np.flatnonzero(estimates.steps)
    order = np.lexsort((inside, -estimates.steps[inside].astype(np.int64)))
    return sorted(inside[order[:m]].tolist())


@pytest.mark.parametrize(("d", "n_bits"), [(256, 512), (512, 512), (96, 128), (20, 64)])
def test_the_nearest_are_among_the_best(d: int, n_bits: int) -> None:
    """Of 5,000 vectors of one network the 100 nearest are among the best 1,000 by their signs, but for few."""
    vectors = crowded(5000, d)
    code = SignCode.around(vectors[:500], n_bits)
    rows = rows_of(code, vectors)
    assert rows.bits.shape == (5000, n_bits // 64)
    shares = []
    for probe in vectors[:20]:
        nearest = np.argsort(-(vectors @ probe), kind="stable")[:100]
        chosen = estimated([rows], ALL, code.planes(probe[None])).best(1000)
        shares.append(len(np.intersect1d(nearest, chosen)) / 100)
    assert np.mean(shares) >= (0.99 if n_bits == 512 else 0.9)


def test_plain_signs_would_not_do() -> None:
    """The same with the signs of the vectors as they are, by counting different bits, loses a tenth and more: hence the turn."""
    vectors = crowded(5000)
    signs = np.where(vectors > 0, 1, -1)
    shares = []
    for row in range(20):
        nearest = np.argsort(-(vectors @ vectors[row]), kind="stable")[:100]
        shares.append(len(np.intersect1d(nearest, np.argsort(-(signs @ signs[row]), kind="stable")[:1000])) / 100)
    assert np.mean(shares) < 0.9


def test_estimates_are_unbiased() -> None:
    """An estimate is near the product of the probe with the row less the centre: on average neither larger nor smaller."""
    vectors = crowded(4000, 512)
    code = SignCode.around(vectors)
    found = estimated([rows_of(code, vectors)], ALL, code.planes(vectors[:1])).steps / 8192 - 2
    exact = (vectors - code.centre) @ vectors[0]
    assert abs(float((found - exact)[1:].mean())) < 0.005
    assert float(np.abs(found - exact)[1:].mean()) < 0.05


def test_counting_is_sorting() -> None:
    """The best m are those of a sort by estimate and then row, for every m and over several parts."""
    vectors = np.repeat(unit_vectors(90, 64), 3, axis=0)
    code = SignCode.around(vectors, 64)
    found = estimated([rows_of(code, vectors[:100]), rows_of(code, vectors[100:])], ALL, code.planes(vectors[:2]))
    assert found.n_inside == 270
    assert len(found.counts) == N_STEPS
    for m in (0, 1, 2, 3, 7, 100, 269, 270, 999):
        assert found.best(m).tolist() == best_by_counting(found, m)


def test_the_filter_is_exact() -> None:
    """Exactly the rows whose time, camera and generation fit are inside, whatever their signs say."""
    rng = np.random.default_rng(3)
    n = 3000
    vectors = unit_vectors(n, 64)
    started = rng.integers(0, 100, n)
    facts = {
        "started": started,
        "ended": started + rng.integers(0, 30, n),
        "camera": rng.integers(0, 5, n).astype(np.int32),
        "gone_from": rng.choice([1, 2, 3, ALWAYS], n).astype(np.uint32),
    }
    code = SignCode.around(vectors, 64)
    wanted = Wanted(40, 60, np.array([True, False, True, False, False]), 2)
    found = estimated([rows_of(code, vectors, **facts)], wanted, code.planes(vectors[:1]))
    fits = (started < 60) & (facts["ended"] >= 40) & np.isin(facts["camera"], [0, 2]) & (facts["gone_from"] > 2)
    assert found.best(n).tolist() == np.flatnonzero(fits).tolist()
    assert found.n_inside == int(fits.sum()) > 20


def test_several_probes_take_the_nearest_of_them() -> None:
    """Each row's estimate is that of the probe that is nearest to it."""
    vectors = crowded(500)
    code = SignCode.around(vectors)
    rows = rows_of(code, vectors)
    one, other, both = (estimated([rows], ALL, code.planes(vectors[some])).steps.astype(int) for some in ([3], [7], [3, 7]))
    assert np.abs(both - np.maximum(one, other)).max() < 400  # both probes share one step of their levels


def test_halves_are_compared_as_postgresql_does() -> None:
    """Distances of rows that are kept as halves: those of double precision on the rounded numbers, subnormal ones included."""
    vectors = np.concatenate([unit_vectors(40, 48), unit_vectors(2, 48) * 1e-4])
    probes = unit_vectors(3, 48, seed=4)
    rounded, rounded_probes = (x.astype(np.float16).astype(np.float64) for x in (vectors, probes))
    products = rounded @ rounded_probes.T / np.linalg.norm(rounded, axis=1)[:, None] / np.linalg.norm(rounded_probes, axis=1)
    at = np.array([41, 3, 3, 0, 40])
    assert np.allclose(nearest_distances(to_halves(vectors), at, probes), (1 - products.max(axis=1))[at], atol=1e-6)


def test_what_does_not_fill_words_is_refused() -> None:
    """Signs come 64 a word."""
    with pytest.raises(ValueError, match="words"):
        SignCode.around(unit_vectors(3), 100)


def test_a_vector_that_is_the_centre_is_estimated() -> None:
    """One vector alone, or copies of one, are their own centre: a factor of 0, and no division by it."""
    vectors = np.repeat(unit_vectors(1, 64), 5, axis=0)
    code = SignCode.around(vectors, 64)
    _, factors = code.packed(vectors)
    assert np.all(np.isfinite(factors))
    assert estimated([rows_of(code, vectors)], ALL, code.planes(vectors[:1])).n_inside == 5
