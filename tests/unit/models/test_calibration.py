"""What was measured of a network is kept with it, for its weights alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Misconfigured
from haetae.models.builtin import built_in_networks
from haetae.models.builtin.renewal import renewed
from haetae.models.calibration import Calibration, calibration_of, file_of, of_entry, weights_of
from haetae.models.catalogue import CatalogueEntry
from haetae.models.networks import network
from haetae.ranking import KReciprocal
from haetae.ranking.evidence import UNMEASURED
from tests.unit.models.tiny_networks import write_tiny

HAT = {
    "values": list(VALUES[AttributeName.HAT]),
    "prior": [0.2, 0.1, 0.7],
    "confusion": [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]],
    "sharpness": 2.0,
}
DOCUMENT = {
    "attributes": {"hat": HAT},
    "likeness": {"k-reciprocal": {"even": 0.5, "steepness": 9.0}},
    "presence": {"coefficients": [1.0, -2.0, -0.5, 0.0]},
    "limits": {"least_height_px": 20.0, "least_sharpness": 0.1},
}


@pytest.fixture
def entry(tmp_path: Path) -> CatalogueEntry:
    """A built-in network in a folder of its own."""
    write_tiny(tmp_path, "haetae-reid")
    renewed(tmp_path)
    [found] = built_in_networks(tmp_path)
    return found


def kept(entry: CatalogueEntry, **changes: Any) -> CatalogueEntry:
    """The network with the document beside its card."""
    file_of(entry).write_text(json.dumps({"weights": weights_of(entry)[0], **DOCUMENT, **changes}))
    return entry


def test_what_was_measured_is_read(entry: CatalogueEntry) -> None:
    """Reliability, slopes, presence and limits, as they were written; what was not measured is assumed."""
    found = of_entry(kept(entry))
    assert found.measured
    assert found.reliability.of(AttributeName.HAT).prior == (0.2, 0.1, 0.7)
    assert found.reliability.of(AttributeName.GENDER) == UNMEASURED.of(AttributeName.GENDER)
    assert found.likeness.of(KReciprocal()).steepness == 9.0
    assert found.likeness.of(None) == Calibration().likeness.of(None)
    assert found.presence.coefficients == (1.0, -2.0, -0.5, 0.0)
    assert found.limits.least_height_px == 20.0


def test_other_weights_are_unmeasured(entry: CatalogueEntry) -> None:
    """A network that was trained anew does not inherit what was measured of another; one without a document has nothing."""
    assert of_entry(entry) == Calibration()
    kept(entry)
    [flavour] = entry.flavours
    retrained = replace(flavour, files=(replace(flavour.files[0], digest="sha256:" + "0" * 64),))
    assert of_entry(replace(entry, flavours=(retrained,))) == Calibration()


@pytest.mark.parametrize(
    "broken",
    [
        {"attributes": {"hat": {**HAT, "values": ["hat", "none"]}}},
        {"attributes": {"hat": {**HAT, "prior": [0.2, 0.1, 0.9]}}},
        {"attributes": {"moustache": HAT}},
        {"likeness": {"k-reciprocal": {"even": 0.5}}},
        {"presence": {"coefficients": [1.0]}},
        {"limits": {"least_height_px": -1.0, "least_sharpness": 0.0}},
    ],
)
def test_a_damaged_document_is_an_error(entry: CatalogueEntry, broken: dict[str, Any]) -> None:
    """Nobody ranks by half of it; the message says what to do."""
    with pytest.raises(Misconfigured, match="haetae evaluate evidence"):
        of_entry(kept(entry, **broken))


@pytest.mark.parametrize("name", ["haetae-reid", "haetae-attributes"])
def test_the_built_in_networks_are_measured(name: str) -> None:
    """With the weights that they have now: `haetae evaluate evidence --write` after every change of weights."""
    assert calibration_of(name).measured


def test_a_network_that_is_pulled_may_be_unmeasured() -> None:
    """It serves all the same, by assumptions."""
    assert isinstance(calibration_of("attributes-0230"), Calibration)
    assert file_of(network("attributes-0230")).name == "attributes-0230.calibration.json"
