import re

import pytest

from haetae.errors import Misconfigured
from haetae.models.installed import fastest
from haetae.models.networks import CATALOGUE, network


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_is_complete(name: str) -> None:
    """Licence, card, a public source unless it is built in, and a digest of every file whose publisher or mirror names one."""
    entry = CATALOGUE[name]
    assert entry.name == name
    assert entry.licence == "Apache-2.0"
    assert entry.card.startswith("# " if entry.built_in else f"# {name}")  # the recipe titles the card of what it has trained
    assert any(flavour.public for flavour in entry.flavours) != entry.built_in
    for flavour in entry.flavours:
        for file in flavour.files:
            assert file.digest is not None or file.url is not None
            assert file.digest is None or re.fullmatch(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}", file.digest)
            assert file.url is None or file.url.startswith("https://")


def test_unknown_names_are_refused() -> None:
    """A misspelt network is named beside those that there are."""
    with pytest.raises(Misconfigured, match="reid-0288"):
        network("reid-288")


def test_an_engine_must_win_clearly() -> None:
    """Embeddings of two engines are never compared, so a photo finish must not change the engine."""
    assert fastest({"onnxruntime": 10.0, "openvino": 9.5}) == "onnxruntime"
    assert fastest({"onnxruntime": 10.0, "openvino": 6.0}) == "openvino"
    assert fastest({"openvino": 6.0}) == "openvino"
    assert fastest({}) is None
