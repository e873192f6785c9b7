"""The model by which a Triton server compares all vectors with all: what it takes and gives, and how it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from haetae.models.digest import digest_of
from haetae.models.triton_config import VERSION_PARAMETER

NEAREST = "nearest"
"""Its name."""

VECTORS, KEPT = "vectors", "kept"
"""Inputs: (n, d) float32 unit rows; (1,) int64, how many of the most similar are wanted of each, at most n."""

ORDER, SIMILARITIES, LEAST = "order", "similarities", "least"
"""Outputs: (n, kept) int32 and float32, the most similar rows of each and their products, the largest first, and among equal ones
those with the lowest index; (n,) float32, the smallest product of each."""

FILE = Path(__file__).parent / "nearest.onnx"
"""ONNX without weights, as haetae/training/export/nearest_network.py writes it."""


def nearest_model(*, gpu: bool) -> tuple[str, Mapping[str, Path | str]]:
    """config.pbtxt and the files by name: for the onnxruntime backend on a GPU, or for the python backend on processors."""
    if gpu:
        return _config("onnxruntime", "KIND_GPU", _CUDA), {"model.onnx": FILE}
    model = files("haetae.models").joinpath("nearest_model.py").read_text(encoding="utf-8")
    return _config("python", "KIND_CPU", ""), {"model.onnx": FILE, "model.py": model}


_CUDA = """
optimization { execution_accelerators { gpu_execution_accelerator: [ {
  name: "cuda"
  parameters { key: "use_tf32" value: "0" }
} ] } }"""
"""Products of single precision: TensorFloat-32, which ONNX Runtime takes by itself, is a thousand times coarser."""


def _config(backend: str, kind: str, optimization: str) -> str:
    """The batch axis is explicit: rows of two requests have nothing to do with each other."""
    version = f"{digest_of(FILE).removeprefix('sha256:')[:12]}-{backend}"
    return f"""name: "{NEAREST}"
backend: "{backend}"
max_batch_size: 0
input [
  {{ name: "{VECTORS}" data_type: TYPE_FP32 dims: [ -1, -1 ] }},
  {{ name: "{KEPT}" data_type: TYPE_INT64 dims: [ 1 ] }}
]
output [
  {{ name: "{ORDER}" data_type: TYPE_INT32 dims: [ -1, -1 ] }},
  {{ name: "{SIMILARITIES}" data_type: TYPE_FP32 dims: [ -1, -1 ] }},
  {{ name: "{LEAST}" data_type: TYPE_FP32 dims: [ -1 ] }}
]
instance_group [{{ count: 1 kind: {kind} }}]{optimization}
parameters {{ key: "{VERSION_PARAMETER}" value {{ string_value: "{version}" }} }}
"""
