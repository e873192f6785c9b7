"""Networks in eight bits: half to a third of the time on processors without wide arithmetic, a quarter of the size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

Pictures = NDArray[np.float32]
"""(n, 3, h, w) float32, 0-255."""

_WEIGHTED = {"Conv", "ConvTranspose", "Gemm", "MatMul"}
_QUANTISED = [
    *sorted(_WEIGHTED - {"ConvTranspose"}),
    "Add",
    "AveragePool",
    "Concat",
    "GlobalAveragePool",
    "MaxPool",
    "Relu",
    "Resize",
]


def quantised(file: Path, into: Path, calibration: Iterable[Pictures]) -> Path:
    """Static int8 with a scale a channel for weights; ranges of activations are averaged over the `calibration` pictures.

    The first and the last layers with weights, and all that only decodes what they give, stay f32: they are cheap, and their
    digits are the answer. Jacob et al., Quantization and Training of Neural Networks, 2018, sections 2 and 3.
    """
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".int8-") as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(file), str(prepared), skip_symbolic_shape=True)
        model = onnx.load(str(prepared))
        fresh = Path(folder) / "int8.onnx"
        quantize_static(
            str(prepared),
            str(fresh),
            _Reader(model.graph.input[0].name, calibration),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_QUANTISED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=exact_nodes(model.graph),
            extra_options={"CalibMovingAverage": True},
        )
        fresh.replace(into)
    return into


def exact_nodes(graph: Any) -> list[str]:
    """Names of the nodes that stay f32: all before the second layer with weights, and all from the last one on."""
    makers = {name: node for node in graph.node for name in node.output}
    before: dict[str, int] = {}
    for node in graph.node:  # in the order in which they are computed
        earlier = [before[makers[name].name] for name in node.input if name in makers]
        before[node.name] = max(earlier, default=0) + (node.op_type in _WEIGHTED)
    after: dict[str, int] = {node.name: 0 for node in graph.node}
    for node in reversed(graph.node):
        passed = after[node.name] + (node.op_type in _WEIGHTED)
        for name in node.input:
            if name in makers:
                after[makers[name].name] = max(after[makers[name].name], passed)
    return [node.name for node in graph.node if before[node.name] < 2 or after[node.name] == 0]


class _Reader:
    """Pictures one batch at a time, as the calibration asks for them."""

    def __init__(self, name: str, calibration: Iterable[Pictures]) -> None:
        self._name = name
        self._left: Iterator[Pictures] = iter(calibration)

    def get_next(self) -> dict[str, Pictures] | None:
        pictures = next(self._left, None)
        return None if pictures is None else {self._name: np.ascontiguousarray(pictures, dtype=np.float32)}
