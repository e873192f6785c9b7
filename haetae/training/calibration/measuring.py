"""What two networks' answers are worth: measured on validation people, and how far that holds on test people."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from haetae.models.calibration import file_of, weights_of
from haetae.models.networks import network
from haetae.training.calibration import attributes, likeness, presence, probes, weights
from haetae.training.calibration.searches import searches
from haetae.training.calibration.tracklets import FIRST_TEST, FIRST_VALIDATION, Told, Tracklets, tracklets
from haetae.training.evaluation.measured import classifier, embedder


@dataclass(frozen=True, slots=True)
class Networks:
    """Which are measured; `models` is the folder they lie in, None for the configured one."""

    embedder: str
    attributes: str
    models: Path | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """`documents` by network, to be kept with it; `figures` of test people, and of validation ones where they chose something."""

    documents: dict[str, dict[str, Any]]
    figures: dict[str, Any]


def calibrated(networks: Networks, banks: Path, told: Told) -> Calibrated:
    """Everything, on crops that are drawn now where they never were (2 minutes of one core)."""
    embeds, reads = embedder(networks.embedder, networks.models), classifier(networks.attributes, networks.models)

    def people(first: int) -> Tracklets:
        told(f"embedding and reading the people from {first:,} on")
        return tracklets(first, banks, embeds, reads, told)

    seen = people(FIRST_VALIDATION)
    asked = list(searches(seen))
    told(f"{len(asked)} searches over {len(seen)} tracklets of validation people")
    reliability, alike = attributes.reliability(seen), likeness.likeness(likeness.rows(seen, asked))
    there = presence.presence(presence.trials(seen, asked))
    poorer = probes.measured(seen, asked, embeds.embed)
    weighed = weights.described(seen, asked, reliability, alike)

    other = people(FIRST_TEST)
    tests = list(searches(other))
    told(f"{len(tests)} searches over {len(other)} tracklets of test people")
    figures = {
        "validation": {
            "probes": probes.document(poorer),
            "limits": asdict(probes.limits(poorer)),
            "weights": weights.figures(weighed),
            "best_weight_of_attributes": weights.best_weight(weighed),
        },
        "test": {
            "n_tracklets": len(other),
            "n_searches": len(tests),
            "right": attributes.right(other),
            "attributes": attributes.figures(other, reliability),
            "likeness": likeness.figures(likeness.rows(other, tests), alike),
            "presence": presence.figures(presence.trials(other, tests), there),
            "probes": probes.document(probes.measured(other, tests, embeds.embed)),
            "weights": weights.figures(weights.described(other, tests, reliability, alike)),
        },
    }
    measured = {"on": f"drawn people from {FIRST_VALIDATION:,} on", "n_tracklets": len(seen), "n_searches": len(asked)}
    documents = {
        networks.attributes: {"measured": measured, "attributes": attributes.document(reliability)},
        networks.embedder: {
            "measured": measured,
            "likeness": likeness.document(alike),
            "presence": {"coefficients": list(there.coefficients)},
            "limits": asdict(probes.limits(poorer)),
        },
    }
    return Calibrated(documents, figures)


def keep(documents: dict[str, dict[str, Any]], say: Callable[[str], None]) -> None:
    """Each document beside the card of its network, for the weights that were measured."""
    for name, document in documents.items():
        entry = network(name)
        file = file_of(entry)
        file.write_text(_text({"weights": weights_of(entry)[0], **document}), encoding="utf-8")
        say(f"written: {file}")


def _text(document: dict[str, Any]) -> str:
    """As JSON with a row of numbers a line."""
    rows: list[str] = []

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shown(its) for name, its in value.items()}
        if isinstance(value, list) and not any(isinstance(each, list) for each in value):
            rows.append(json.dumps(value, allow_nan=False))
            return f"@{len(rows) - 1}@"
        return [shown(each) for each in value] if isinstance(value, list) else value

    text = json.dumps(shown(document), indent=1, allow_nan=False)
    for number, row in enumerate(rows):
        text = text.replace(f'"@{number}@"', row, 1)
    return text + "\n"
