"""Which engine runs which network how fast on this machine: `python -m benchmarks.inference_backends [MODELS_FOLDER]`.

One thread, one image, with preparation and suppression; f32 and, where the processor has it, OpenVINO's bf16 with how far its
numbers are off. The engines take turns; processor time of the quickest run of each is told.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measuring.figures import write
from haetae.models.catalogue import CatalogueEntry
from haetae.models.installed import Execution, Installed, installed
from haetae.models.measure import in_turns, known_input
from haetae.models.networks import CATALOGUE
from haetae.models.pull import pull
from haetae.models.runtime import load
from haetae.settings import Settings

WAYS = (("onnxruntime", "f32"), ("openvino", "f32"), ("openvino", "bf16"))


def table_of(found: Installed) -> dict[str, object]:
    """Milliseconds by engine and precision, and the largest difference of the outputs from onnxruntime's."""
    runs: dict[str, Callable[[], object]] = {}
    outputs: dict[str, dict[str, np.ndarray]] = {}
    image = known_input(found.entry)
    for engine, precision in WAYS:
        run = load(found.runtime_parameters(Execution(engine, precision)), found.folder)
        runs[f"{engine} {precision}"] = lambda run=run: run(image)  # type: ignore[misc]
        outputs[f"{engine} {precision}"] = run(image)
    costs = in_turns(runs, budget_s=6.0)
    reference = outputs["onnxruntime f32"]
    return {way: {"ms": cost, "off_by": _off(found.entry, reference, outputs[way])} for way, cost in costs.items()}


def _off(entry: CatalogueEntry, reference: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, float]:
    """Largest difference by output; of detections only of the best one, as weaker ones change places."""
    names = [spec.name for spec in entry.spec.outputs if spec.name != "count"]
    return {name: float(np.abs(reference[name][:, :1].astype(float) - other[name][:, :1]).max()) for name in names} | (
        {"embedding": float(np.abs(reference["embedding"] - other["embedding"]).max())} if "embedding" in names else {}
    )


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".haetae/models")
    pull(folder, mirror=Settings.load().models.mirror)
    figures = {name: table_of(installed(folder, name)) for name in CATALOGUE}
    for name, table in figures.items():
        print(f"{name:16}", "  ".join(f"{way} {row['ms']:.1f} ms" for way, row in table.items()))  # type: ignore[index]
    print(write("inference_backends", {**figures, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
