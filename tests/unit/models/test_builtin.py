from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.errors import Misconfigured
from haetae.models.builtin import BUILT_IN, HERE, built_in_networks, facts_of
from haetae.models.builtin.renewal import MAX_BYTES, renewed
from haetae.models.digest import digest_of
from haetae.models.runtime import load
from tests.unit.models.tiny_networks import write_tiny

NAMES = [each.name for each in BUILT_IN]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All four networks with their facts."""
    into = tmp_path_factory.mktemp("builtin")
    for name in NAMES:
        write_tiny(into, name)
    assert renewed(into) == NAMES
    return into


def test_a_network_appears_once_weights_card_and_facts_are_there(tmp_path: Path) -> None:
    """Before that it is not in the catalogue, and nothing is wrong."""
    assert built_in_networks(tmp_path) == ()
    write_tiny(tmp_path, "haetae-reid")
    assert built_in_networks(tmp_path) == ()
    assert renewed(tmp_path) == ["haetae-reid"]
    assert [entry.name for entry in built_in_networks(tmp_path)] == ["haetae-reid"]


@pytest.mark.parametrize("name", NAMES)
def test_what_the_file_takes_and_gives_is_read_from_it(folder: Path, name: str) -> None:
    """The runtime, given the entry's parameters, gives the entry's outputs on both engines, for batches of any size."""
    (entry,) = (each for each in built_in_networks(folder) if each.name == name)
    size = entry.spec.input_size
    shape = (3, size.height, size.width, 3) if size else (3, 64, 96, 3)
    images = np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)
    answers = []
    for engine in ("onnxruntime", "openvino"):
        parameters = {"kind": entry.kind, "file": f"{name}.onnx", "engine": engine, "precision": "f32", **entry.parameters}
        answers.append(load(parameters, folder)(images))
    for spec in entry.spec.outputs:
        assert spec.mismatch(answers[0][spec.name]) is None
        np.testing.assert_allclose(answers[0][spec.name], answers[1][spec.name], atol=1e-3)
    assert entry.built_in
    assert entry.card.startswith(f"# {name}")


def test_the_detectors_own_threshold_is_kept_when_facts_are_renewed(tmp_path: Path) -> None:
    """It is chosen once for some weights and stays until another is given."""
    write_tiny(tmp_path, "haetae-detector")
    for given in (0.3, None):
        renewed(tmp_path, sure_at=given)
        (entry,) = built_in_networks(tmp_path)
        assert entry.parameters["sure_at"] == 0.3


def test_a_built_in_network_stays_small(tmp_path: Path) -> None:
    """Its facts are not written above 5 MB: the program carries it everywhere."""
    write_tiny(tmp_path, "haetae-pose", n_bytes_more=MAX_BYTES)
    with pytest.raises(Misconfigured, match="5 MB"):
        renewed(tmp_path)


def test_scores_that_do_not_fit_the_vocabulary_are_refused(tmp_path: Path) -> None:
    """A network trained on other values than those of today's vocabulary would put words to the wrong scores."""
    write_tiny(tmp_path, "haetae-attributes", n_values=50)
    with pytest.raises(Misconfigured, match="vocabulary"):
        renewed(tmp_path)


def test_the_facts_are_of_these_weights() -> None:
    """Whoever changes weights also renews the facts (`python -m haetae.models.builtin`) and has a card beside them."""
    for weights in HERE.glob("*.onnx"):
        facts = facts_of(weights.stem)
        assert facts is not None, weights.stem
        assert facts["digest"] == digest_of(weights), weights.stem
