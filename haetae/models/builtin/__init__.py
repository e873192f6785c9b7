"""The networks that are part of this program: trained by its own recipes, never fetched.

<name>.onnx   the weights, at most 5 MB
<name>.md     the card: data, recipe, seed, figures, limits, licence
<name>.json   facts that `python -m haetae.models.builtin` writes: digest, sizes, known numbers

A network of which one of the three is missing is not in the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.models.catalogue import ENGINES, CatalogueEntry, Flavour, NetworkFile
from haetae.models.spec import ATTRIBUTE_VALUES, DETECTIONS, KEYPOINTS, MAX_DETECTIONS, NetworkSpec, Task, TensorSpec, embeddings

HERE = Path(__file__).parent
FLAVOUR = "built-in"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What is known of a built-in network before its weights are: the rest is read from its file."""

    name: str
    title: str
    kind: str
    task: Task
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


BUILT_IN = (
    BuiltIn(
        "haetae-detector",
        "People, lying ones too",
        "haetae-detector",
        Task.DETECTION,
        MappingProxyType({"max_detections": MAX_DETECTIONS, "min_score": 0.05, "iou": 0.6}),
    ),
    BuiltIn("haetae-reid", "Appearance, OSNet", "haetae-embedder", Task.EMBEDDING),
    BuiltIn("haetae-attributes", "All attributes, helmet and vest included", "haetae-attributes", Task.ATTRIBUTES),
    BuiltIn("haetae-pose", "17 key points of one person, lying ones too", "haetae-pose", Task.POSE),
)


def built_in_networks(folder: Path = HERE) -> tuple[CatalogueEntry, ...]:
    """The catalogue's entries of those built-in networks that lie in `folder`. Raises Misconfigured where facts are damaged."""
    return tuple(entry_of(each, folder, facts) for each in BUILT_IN if (facts := facts_of(each.name, folder)) is not None)


def facts_of(name: str, folder: Path = HERE) -> dict[str, Any] | None:
    """What <name>.json says; None unless weights, card and facts all lie in `folder`. Raises Misconfigured."""
    if not all((folder / f"{name}.{ending}").is_file() for ending in ("onnx", "md", "json")):
        return None
    try:
        return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
    except ValueError as error:
        raise Misconfigured(f"The facts of '{name}' are damaged: run `python -m haetae.models.builtin`.") from error


def entry_of(network: BuiltIn, folder: Path, facts: Mapping[str, Any]) -> CatalogueEntry:
    """The catalogue's entry; `facts` are those of its file (see renewal)."""
    free = network.task is Task.DETECTION
    size = None if free else ImageSize(width=facts["input"]["width"], height=facts["input"]["height"])
    return CatalogueEntry(
        name=network.name,
        title=network.title,
        kind=network.kind,
        spec=NetworkSpec(network.task, size, _outputs(network.task, facts), stride_px=32 if free else 1),
        licence="Apache-2.0",
        homepage="built in",
        flavours=(Flavour(FLAVOUR, (NetworkFile(f"{network.name}.onnx", None, facts["digest"], facts["n_bytes"]),), ENGINES),),
        parameters=MappingProxyType({**network.parameters, **facts["parameters"]}),
        folder=folder,
    )


def _outputs(task: Task, facts: Mapping[str, Any]) -> tuple[TensorSpec, ...]:
    if task is Task.EMBEDDING:
        return embeddings(int(facts["parameters"]["dimensions"]))
    return {Task.DETECTION: DETECTIONS, Task.ATTRIBUTES: ATTRIBUTE_VALUES, Task.POSE: KEYPOINTS}[task]
