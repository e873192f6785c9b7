"""The tensors of an ONNX file as it is, for servers that run it without our code around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnxruntime

from haetae.errors import Misconfigured

_TYPES = {
    "tensor(float)": "TYPE_FP32",
    "tensor(uint8)": "TYPE_UINT8",
    "tensor(int64)": "TYPE_INT64",
    "tensor(int32)": "TYPE_INT32",
}


@dataclass(frozen=True, slots=True)
class BareTensor:
    """Name, Triton's type, and full shape with its batch axis; -1 is a free size."""

    name: str
    triton_type: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """One input, some outputs in the file's order."""

    input: BareTensor
    outputs: tuple[BareTensor, ...]


def signature(file: Path) -> Signature:
    """Of an ONNX file with one input. Raises Misconfigured."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    inputs = [_tensor(node) for node in session.get_inputs()]
    if len(inputs) != 1:
        raise Misconfigured("A network has one input.", file=file.name, inputs=len(inputs))
    return Signature(inputs[0], tuple(_tensor(node) for node in session.get_outputs()))


def _tensor(node: onnxruntime.NodeArg) -> BareTensor:
    if node.type not in _TYPES:
        raise Misconfigured("This type of tensor is not served.", tensor=node.name, type=node.type)
    return BareTensor(node.name, _TYPES[node.type], tuple(size if isinstance(size, int) else -1 for size in node.shape))
