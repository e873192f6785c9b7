"""The network that compares all vectors with all is the one that its recipe writes."""

from __future__ import annotations

from haetae.models.nearest import FILE
from haetae.training.export.nearest_network import network


def test_the_file_is_what_its_recipe_writes() -> None:
    """Byte for byte: whoever reads the recipe knows what is served."""
    assert FILE.read_bytes() == network()
    assert FILE.stat().st_size < 5000
