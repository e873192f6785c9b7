"""Writes down the facts of a built-in network's file: digest, sizes, and the known numbers that every start is checked with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.models.builtin import BUILT_IN, HERE, BuiltIn, entry_of, facts_of
from haetae.models.catalogue import CatalogueEntry
from haetae.models.digest import digest_of
from haetae.models.measure import known_input
from haetae.models.onnx_signature import Signature, signature
from haetae.models.runtime import load
from haetae.models.spec import N_ATTRIBUTE_VALUES, Task

MAX_BYTES = 5_000_000
_WAYS = (("onnxruntime", "f32"), ("openvino", "f32"), ("openvino", "bf16"))
_VALUES = 71
_TOLERANCES = {"boxes": 8.0, "scores": 0.08, "embedding": 0.02, "probabilities": 0.08, "keypoints": 0.04}
"""By output: what engines and precisions may differ by, and far below what zeros or other weights give."""

Array = NDArray[np.generic]


def renewed(folder: Path = HERE, sure_at: float | None = None) -> list[str]:
    """Renews the facts of every built-in network whose weights lie in `folder`; their names. Raises Misconfigured.

    `sure_at` is the detector's own threshold, kept from before where None is given (see runtime).
    """
    here = [each for each in BUILT_IN if (folder / f"{each.name}.onnx").is_file()]
    for network in here:
        own: dict[str, object] = {}
        if network.task is Task.DETECTION:
            known = (facts_of(network.name, folder) or {}).get("parameters", {}).get("sure_at")
            own = {"sure_at": threshold} if (threshold := sure_at or known) else {}
        given = replace(network, parameters={**network.parameters, **own})
        (folder / f"{network.name}.json").write_text(facts_text(given, folder), encoding="utf-8")
    return [network.name for network in here]


def facts_text(network: BuiltIn, folder: Path, *, max_bytes: int | None = MAX_BYTES, must_tell: bool = True) -> str:
    """The facts as JSON. Raises Misconfigured where the file is not what the kind of network promises.

    `must_tell` False takes a network that hardly answers to the known picture, too, such as one distilled in minutes.
    """
    weights = folder / f"{network.name}.onnx"
    if max_bytes is not None and weights.stat().st_size > max_bytes:
        raise Misconfigured("A built-in network has at most 5 MB.", network=network.name, n_bytes=weights.stat().st_size)
    facts: dict[str, object] = {
        "digest": digest_of(weights),
        "n_bytes": weights.stat().st_size,
        **_shapes(network, signature(weights)),
    }
    facts["known"] = _known(entry_of(network, folder, facts), folder, must_tell)
    return json.dumps(facts, indent=1) + "\n"


def _shapes(network: BuiltIn, tensors: Signature) -> dict[str, object]:
    """The input's size, and what the runtime must know, of the file's own tensors."""
    n, channels, height, width = tensors.input.shape
    if channels != 3 or (network.task is not Task.DETECTION and min(height, width) < 1):
        raise Misconfigured(f"'{network.name}' takes (n, 3, height, width) images.", shape=tensors.input.shape)
    parameters: dict[str, object] = {"batch": "free" if n == -1 else "one"}
    if "sure_at" in network.parameters:
        parameters["sure_at"] = network.parameters["sure_at"]
    if network.task in (Task.EMBEDDING, Task.ATTRIBUTES):
        parameters["dimensions"] = tensors.outputs[0].shape[-1]
    if network.task is Task.ATTRIBUTES and parameters["dimensions"] != N_ATTRIBUTE_VALUES:
        raise Misconfigured(
            f"'{network.name}' gives {parameters['dimensions']} scores; the vocabulary has {N_ATTRIBUTE_VALUES} values."
        )
    return {"input": None if network.task is Task.DETECTION else {"height": height, "width": width}, "parameters": parameters}


def _known(entry: CatalogueEntry, folder: Path, must_tell: bool) -> dict[str, object]:
    """The first values of outputs for the known picture: those that engines and precisions agree on, and that are no zeros."""
    image, answers = known_input(entry), list[Mapping[str, Array]]()
    for engine, precision in _WAYS:
        parameters = {"kind": entry.kind, "file": f"{entry.name}.onnx", "engine": engine, "precision": precision}
        answers.append(load({**parameters, **entry.parameters}, folder)(image))
    known: dict[str, object] = {}
    for output in (spec.name for spec in entry.spec.outputs if spec.name in _TOLERANCES):
        first = {"boxes": 4, "scores": 1}.get(output, _VALUES)
        rows = np.stack([np.asarray(answer[output], dtype=np.float64).ravel()[:first] for answer in answers])
        tolerance = _TOLERANCES[output]
        agreed = np.ptp(rows, axis=0) < tolerance / 2
        if (np.abs(rows[0][agreed]) > 2 * tolerance).any():
            values = [round(float(value), 4) if sure else None for value, sure in zip(rows[0], agreed, strict=True)]
            known[output] = {"values": values, "tolerance": tolerance}
    if must_tell and not known:
        raise Misconfigured(f"'{entry.name}' gives nothing for the known picture that could tell it from zeros.")
    return known
