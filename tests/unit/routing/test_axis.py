"""Seconds on an axis that is fine around 0 and coarse far out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haetae.routing.axis import EDGES_S, N_BINS, bin_of, quantile_s, share_beyond, smoothed


@given(st.floats(min_value=-600, max_value=80_000))
def test_every_time_lies_in_its_bin(seconds: float) -> None:
    """The bin's edges enclose the time."""
    at = int(bin_of(seconds))
    assert EDGES_S[at] - 1e-6 <= seconds <= EDGES_S[at + 1] + 1e-6


@pytest.mark.parametrize(("seconds", "at"), [(-1e9, 0), (1e9, N_BINS - 1)])
def test_what_lies_beyond_belongs_to_the_last_bin(seconds: float, at: int) -> None:
    """Nothing is lost at either end."""
    assert int(bin_of(seconds)) == at


@given(st.integers(0, N_BINS - 1), st.floats(0.05, 3.0))
def test_smoothing_keeps_the_sum(at: int, bandwidth: float) -> None:
    """Also at the ends of the axis, where a part would fall off."""
    counts = np.zeros(N_BINS)
    counts[at] = 3.0
    spread = smoothed(counts, bandwidth)
    assert spread.sum() == pytest.approx(3.0)
    assert spread.min() >= 0.0


@given(st.floats(0.01, 0.99), st.integers(0, 1000))
def test_quantiles_and_shares_are_each_others_inverse(share: float, seed: int) -> None:
    """As much as is asked for lies below the quantile."""
    shares = np.random.default_rng(seed).dirichlet(np.full(N_BINS, 0.5))
    assert 1.0 - share_beyond(shares, quantile_s(shares, share)) == pytest.approx(share, abs=1e-6)
