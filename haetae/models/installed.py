"""The networks that are here: built in, or pulled into the models folder; and how they are to be run.

<folder>/<network>/<weights>       as pulled
<folder>/<network>/record.json     flavour, digests, and what each engine took on this machine
<folder>/lock.json                 digests pinned at the first pull, of files whose publisher names none
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.models.catalogue import PRECISIONS, CatalogueEntry, Flavour
from haetae.models.digest import remembered_digest_of
from haetae.models.networks import CATALOGUE, network
from haetae.models.registered import know
from haetae.models.spec import DETECTOR_INPUT

RECORD = "record.json"
_FASTER_BY = 0.9  # another engine must win by a tenth: a photo finish must not change the version of every embedding


@dataclass(frozen=True, slots=True)
class Execution:
    """How networks are run. `engine` None means the one that measured faster. bf16 is OpenVINO's, and never chosen by itself."""

    engine: str | None = None
    precision: str = "f32"
    threads: int = 1  # of one network run; more instances beat more threads


@dataclass(frozen=True, slots=True)
class Installed:
    """One network that can be run. `measured_ms` is the processor time of one run, f32, by engine; empty if it is built in."""

    entry: CatalogueEntry
    folder: Path
    flavour: Flavour
    digests: Mapping[str, str]
    measured_ms: Mapping[str, float]

    @property
    def weights(self) -> Path:
        """The file that an engine opens."""
        return self.folder / self.flavour.files[0].name

    def engine(self, how: Execution) -> str:
        """The engine to run with. Raises Misconfigured where the weights cannot be run as asked."""
        if how.precision not in PRECISIONS:
            raise Misconfigured(f"The precision is one of {', '.join(PRECISIONS)}.", precision=how.precision)
        able = [e for e in self.flavour.engines if how.precision == "f32" or e == "openvino"]
        if how.engine is not None:
            if how.engine not in able:
                raise Misconfigured(
                    f"{self.entry.name} ({self.flavour.name}, {how.precision}) runs on {' or '.join(able)}.", engine=how.engine
                )
            return how.engine
        return fastest({e: self.measured_ms[e] for e in able if e in self.measured_ms}) or able[0]

    def version(self, how: Execution) -> str:
        """What the numbers depend on: weights, engine, precision."""
        digest = hashlib.sha256("".join(self.digests[file.name] for file in self.flavour.files).encode()).hexdigest()
        return f"{digest[:8]}-{self.engine(how)}-{how.precision}"

    def runtime_parameters(self, how: Execution) -> dict[str, object]:
        """What `runtime.load` is given, as plain JSON values."""
        size = self.entry.spec.input_size or DETECTOR_INPUT
        return {
            "kind": self.entry.kind,
            "file": self.weights.name,
            "engine": self.engine(how),
            "precision": how.precision,
            "threads": how.threads,
            "warm_up": [size.height, size.width],
            **self.entry.parameters,
        }


def fastest(measured_ms: Mapping[str, float]) -> str | None:
    """The first engine, or another that is a tenth faster; None of nothing."""
    best: str | None = None
    for engine, cost in measured_ms.items():
        if best is None or cost < measured_ms[best] * _FASTER_BY:
            best = engine
    return best


def installed(models_folder: Path, name: str) -> Installed:
    """The network as it lies here. Raises Misconfigured where it was not pulled, not to its end, or is damaged."""
    if name not in CATALOGUE:
        know(models_folder)
    entry = network(name)
    if entry.folder is not None:
        flavour = entry.flavours[0]
        digests = {file.name: remembered_digest_of(entry.folder / file.name) for file in flavour.files}
        return Installed(entry, entry.folder, flavour, digests, {})
    folder = models_folder / name
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        flavour = entry.flavour(str(record["flavour"]))
        found = Installed(entry, folder, flavour, dict(record["files"]), dict(record.get("measured_ms", {})))
    except FileNotFoundError:
        raise Misconfigured(f"The network '{name}' is not here: run `haetae models pull`.", folder=models_folder) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"The record of '{name}' is damaged: run `haetae models pull`.", folder=models_folder) from error
    missing = [file.name for file in flavour.files if file.name not in found.digests or not (folder / file.name).is_file()]
    if missing:
        raise Misconfigured(f"'{name}' lacks {', '.join(missing)}: run `haetae models pull`.", folder=models_folder)
    return found


def pulled_names(models_folder: Path) -> list[str]:
    """Networks of the catalogue that were pulled, in the catalogue's order."""
    return [name for name in CATALOGUE if (models_folder / name / RECORD).is_file()]


def names_here(models_folder: Path) -> list[str]:
    """Networks of the catalogue that are built in or were pulled, in the catalogue's order; then the registered ones."""
    here = [name for name, entry in CATALOGUE.items() if entry.built_in or (models_folder / name / RECORD).is_file()]
    return here + [name for name in know(models_folder) if name not in CATALOGUE]
