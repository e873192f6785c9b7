"""Networks of one's own: trained or distilled on this machine, and put into the models folder beside those that were pulled.

<folder>/<name>/<name>.onnx, .md, .json   weights, card and facts, as of a built-in network
<folder>/<name>/record.json               what it is for, and where it comes from (see registration)

The platform knows the ones of a models folder once that folder has been looked at: `know`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from haetae.errors import Misconfigured
from haetae.models.builtin import BUILT_IN, BuiltIn, entry_of, facts_of
from haetae.models.catalogue import CatalogueEntry
from haetae.models.spec import Task

RECORD = "record.json"
REGISTERED = "registered"

_known: dict[str, CatalogueEntry] = {}


def know(models_folder: Path) -> list[str]:
    """Makes the registered networks of the folder known to this process, by name; their names, sorted.

    One that is damaged is left out: it is an error only for who asks for it by name.
    """
    names = []
    for file in sorted(models_folder.glob(f"*/{RECORD}")):
        name = file.parent.name
        record = _record(file)
        if record is None:
            continue
        facts = facts_of(name, file.parent)
        if facts is not None:
            entry = entry_of(described(name, record), file.parent.resolve(), facts)
            _known[name] = replace(entry, homepage="registered in the models folder")
            names.append(name)
    return names


def known(name: str) -> CatalogueEntry | None:
    """The registered network of that name, if a folder with it has been looked at."""
    return _known.get(name)


def described(name: str, record: Mapping[str, Any]) -> BuiltIn:
    """What a record says about a network, in the terms of the built-in ones. Raises Misconfigured."""
    try:
        task = Task(record["task"])
        like = next(each for each in BUILT_IN if each.kind == record["kind"] and each.task is task)
        parameters = {**like.parameters, **record.get("parameters", {})}
        return BuiltIn(name, str(record["title"]), like.kind, task, MappingProxyType(parameters))
    except (KeyError, ValueError, StopIteration) as error:
        raise Misconfigured("The record of a registered network is damaged: register it again.", network=name) from error


def _record(file: Path) -> dict[str, Any] | None:
    """None where it is the record of a pulled network, or cannot be read."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get(REGISTERED) else None
