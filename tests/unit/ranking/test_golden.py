"""Re-ranking against files computed with the published code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.ranking import KReciprocal, rerank_embeddings

_FOLDER = Path(__file__).resolve().parents[4] / "shared" / "golden" / "rerank"
_FILES: list[Path | None] = [*sorted(_FOLDER.glob("*.npz"))] or [None]


@pytest.fixture(params=_FILES, ids=lambda path: path.stem if path else "none")
def path(request: pytest.FixtureRequest) -> Path:
    """Each of the files."""
    if request.param is None:
        pytest.skip("the folder ../shared/golden/rerank beside the checkout is missing")
    return Path(request.param)


def test_equals_the_published_code(path: Path) -> None:
    """Distances are within 1e-6 of the published code's, and the first twenty come in the same order."""
    golden = np.load(path)
    how = KReciprocal(int(golden["k1"]), int(golden["k2"]), float(golden["weight_of_original"]))
    distances = rerank_embeddings(golden["probes"], golden["gallery"], how)
    assert np.abs(distances - golden["expected"]).max() < 1e-6
    ours, theirs = (np.argsort(table, axis=1, kind="stable")[:, :20] for table in (distances, golden["expected"]))
    assert np.array_equal(ours, theirs)
