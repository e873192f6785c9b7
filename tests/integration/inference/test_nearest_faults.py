"""What re-ranking does when the server that compares all with all is away, comes back, or cannot be trusted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from haetae.embedded.child import running
from haetae.embedded.ports import LOOPBACK, any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.errors import Misconfigured
from haetae.inference.nearest import TritonNearest
from haetae.models.nearest import NEAREST
from haetae.models.repository import lay_out
from haetae.ranking import rerank_embeddings
from tests.kit import servers
from tests.kit.builders import unit_vectors

pytestmark = pytest.mark.integration

PROBES, GALLERY = unit_vectors(3, 64, seed=1), unit_vectors(200, 64, seed=2)


def repository(folder: Path, changed: Callable[[str], str] = str) -> Path:
    """The one model, its model.py changed."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    lay_out(folder / "no-models", folder / "repository", [NEAREST])
    model = folder / "repository" / NEAREST / "1" / "model.py"
    model.write_text(changed(model.read_text(encoding="utf-8")), encoding="utf-8")
    return folder / "repository"


def test_without_a_server_this_process_compares(tmp_path: Path) -> None:
    """The same distances as ever; said once, and the server is not asked again with every query."""
    nearest = TritonNearest(f"{LOOPBACK}:{any_free()}", deadline_s=2, again_after_s=600)
    with capture_logs() as said:
        for _ in range(3):
            distances = rerank_embeddings(PROBES, GALLERY, elsewhere=nearest)
            assert np.array_equal(distances, rerank_embeddings(PROBES, GALLERY))
    assert [each["event"] for each in said] == ["nearest_fell_back"]
    nearest.close()


def test_a_server_that_comes_back_is_asked_again(tmp_path: Path) -> None:
    """Gone in the middle and back at the same address: it answers, does not, and answers again, and both turns are told."""
    models = repository(tmp_path)
    part = Triton(find_environment(), tmp_path / "triton", models, any_free())
    nearest = TritonNearest(part.address, shared_memory=True, deadline_s=20, again_after_s=0.05)
    with capture_logs() as said:
        with running(part, tmp_path / "triton.log", within_s=240):
            assert nearest(GALLERY, 5) is not None
        assert nearest(GALLERY, 5) is None
        with running(part, tmp_path / "triton.log", within_s=240):
            ends_at = time.monotonic() + 60
            while (found := nearest(GALLERY, 5)) is None and time.monotonic() < ends_at:
                time.sleep(0.1)
    assert found is not None
    assert np.array_equal(found.order[:, 0], np.arange(200))
    assert [each["event"] for each in said] == ["nearest_fell_back", "nearest_came_back"]
    nearest.close()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "name).as_numpy()",
            "name).as_numpy().astype('float16').astype('float32' if name == 'vectors' else 'int64')",
            "coarsely",
        ),
        ("self._session.run(wanted, inputs)", "[a + 500 for a in self._session.run(wanted, inputs)]", "another model"),
        ("self._session.run(wanted, inputs)", "[a[:-1] for a in self._session.run(wanted, inputs)]", "another model"),
        ("self._session.run(wanted, inputs)", "self._session.run(wanted, {})", "failed"),
    ],
    ids=["coarse", "out-of-range", "too-short", "failing"],
)
def test_an_answer_that_cannot_be_trusted_is_not_taken(tmp_path: Path, old: str, new: str, why: str) -> None:
    """Products of half precision, rows that there are not, answers of another shape, errors: this process compares instead."""

    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    with servers.triton(tmp_path / "triton", repository(tmp_path, changed)) as (part, _), capture_logs() as said:
        nearest = TritonNearest(part.address, deadline_s=20)
        assert nearest(GALLERY, 5) is None
        nearest.close()
    assert [each["event"] for each in said] == ["nearest_fell_back"]
    assert why in said[0]["why"]
