"""Puts a network of one's own into the models folder, so that it is listed, served and measured like any other."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.models.builtin import BUILT_IN
from haetae.models.builtin.renewal import facts_text
from haetae.models.digest import digest_of
from haetae.models.installed import Installed, installed
from haetae.models.networks import CATALOGUE
from haetae.models.onnx_signature import signature
from haetae.models.registered import RECORD, REGISTERED, described, know
from haetae.models.spec import Task

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TASK_OF = {
    ("boxes", "scores"): Task.DETECTION,
    ("embedding",): Task.EMBEDDING,
    ("probabilities",): Task.ATTRIBUTES,
    ("keypoints",): Task.POSE,
}
"""What the outputs of an exported network say it is for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A network to be registered. `parameters` go to the runtime (min_score, iou ...); `origin` (recipe, figures) is kept."""

    name: str
    title: str
    weights: Path
    card: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)


def register(models_folder: Path, candidate: Candidate) -> Installed:
    """The network as it then lies in the models folder; one of the same name is replaced, whole or not at all.

    Raises Misconfigured where the name is taken by the catalogue or is no name, or the file is not what any kind of network
    promises.
    """
    _check_name(candidate.name)
    task = task_of(candidate.weights)
    like = next(each for each in BUILT_IN if each.task is task)
    record: dict[str, Any] = {
        REGISTERED: True,
        "title": candidate.title,
        "task": task.value,
        "kind": like.kind,
        "parameters": dict(candidate.parameters),
        "files": {f"{candidate.name}.onnx": digest_of(candidate.weights)},
        "origin": dict(candidate.origin),
        "registered_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    models_folder.mkdir(parents=True, exist_ok=True)
    fresh = models_folder / f".{candidate.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    shutil.copyfile(candidate.weights, fresh / f"{candidate.name}.onnx")
    (fresh / f"{candidate.name}.md").write_text(candidate.card, encoding="utf-8")
    facts = facts_text(described(candidate.name, record), fresh, max_bytes=None, must_tell=False)
    (fresh / f"{candidate.name}.json").write_text(facts, encoding="utf-8")
    (fresh / RECORD).write_text(json.dumps(record, indent=1, default=str), encoding="utf-8")
    shutil.rmtree(models_folder / candidate.name, ignore_errors=True)
    fresh.rename(models_folder / candidate.name)
    know(models_folder)
    return installed(models_folder, candidate.name)


def task_of(weights: Path) -> Task:
    """What an exported network is for, by the names of its outputs. Raises Misconfigured."""
    outputs = tuple(output.name for output in signature(weights).outputs)
    task = _TASK_OF.get(outputs)
    if task is None:
        wanted = "; ".join(" and ".join(names) for names in _TASK_OF)
        raise Misconfigured(f"{weights.name} gives {', '.join(outputs)}; a network gives one of: {wanted}.")
    return task


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Misconfigured("A network's name is made of a-z, 0-9 and '-'.", name=name)
    if name in CATALOGUE or name in {each.name for each in BUILT_IN}:
        raise Misconfigured("The catalogue has a network of this name: choose another.", name=name)
