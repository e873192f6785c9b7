"""What a network's answers are worth, measured on people it did not learn from: kept beside its card, for one set of weights.

<name>.calibration.json, written by `haetae evaluate evidence --write`. A network without one, or with other weights than those
that were measured, is taken for unmeasured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Misconfigured
from haetae.imaging.probe_limits import ProbeLimits
from haetae.models.catalogue import CatalogueEntry
from haetae.models.networks import network
from haetae.ranking.evidence import UNMEASURED, AttributeReliability, Reliability
from haetae.ranking.likeness import Likeness, Slope
from haetae.ranking.open_set import Presence


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of one network: `reliability` of an attribute network; the rest of an embedder. `measured` False: all of it is assumed."""

    reliability: Reliability = UNMEASURED
    likeness: Likeness = field(default_factory=Likeness)
    presence: Presence = field(default_factory=Presence)
    limits: ProbeLimits = field(default_factory=ProbeLimits)
    measured: bool = False


def calibration_of(name: str) -> Calibration:
    """What was measured of the network's present weights; assumptions where nothing was. Raises Misconfigured."""
    return of_entry(network(name))


def of_entry(entry: CatalogueEntry) -> Calibration:
    """The same of an entry of the catalogue. Raises Misconfigured."""
    text = _text(entry)
    if text is None:
        return Calibration()
    try:
        document = json.loads(text)
        return parsed(document) if document["weights"] in weights_of(entry) else Calibration()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        again = "The calibration is damaged: measure it again by `haetae evaluate evidence --write`."
        raise Misconfigured(again, network=entry.name) from error


def weights_of(entry: CatalogueEntry) -> list[str]:
    """The digests of the network's weights, of each flavour."""
    return [flavour.files[0].digest for flavour in entry.flavours if flavour.files[0].digest is not None]


def file_of(entry: CatalogueEntry) -> Path:
    """Where the calibration lies: beside the card."""
    folder = entry.folder or Path(str(files("haetae.models.cards")))
    return folder / f"{entry.name}.calibration.json"


def parsed(document: Mapping[str, Any]) -> Calibration:
    """Of the document. Raises ValueError, KeyError, TypeError."""
    attributes = {AttributeName(name): _reliability(name, its) for name, its in document.get("attributes", {}).items()}
    slopes = {name: Slope(its["even"], its["steepness"]) for name, its in document.get("likeness", {}).items()}
    presence, limits = document.get("presence"), document.get("limits")
    return Calibration(
        Reliability(attributes),
        Likeness(slopes) if slopes else Likeness(),
        Presence() if presence is None else Presence(tuple(presence["coefficients"])),
        ProbeLimits() if limits is None else ProbeLimits(**limits),
        measured=True,
    )


def _text(entry: CatalogueEntry) -> str | None:
    file = file_of(entry)
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _reliability(name: str, its: Mapping[str, Any]) -> AttributeReliability:
    values = list(VALUES[AttributeName(name)])
    if its["values"] != values:
        raise ValueError(f"the values of {name} are {values}")
    rows = cast(Sequence[Sequence[float]], its["confusion"])
    return AttributeReliability(tuple(its["prior"]), tuple(tuple(row) for row in rows), its["sharpness"])
