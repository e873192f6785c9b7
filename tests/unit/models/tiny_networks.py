"""Built-in networks of a few numbers: the right tensors, and answers that follow the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from haetae.models.spec import N_ATTRIBUTE_VALUES

_SHAPES: dict[str, Sequence[int | str]] = {
    "haetae-detector": (1, 3, "height", "width"),
    "haetae-reid": ("n", 3, 256, 128),
    "haetae-attributes": ("n", 3, 256, 128),
    "haetae-pose": ("n", 3, 192, 144),
}


def write_tiny(folder: Path, name: str, *, n_bytes_more: int = 0, n_values: int = N_ATTRIBUTE_VALUES) -> None:
    """<name>.onnx and <name>.md into `folder`; a facts file is not written."""
    by_name: dict[str, list[tuple[str, tuple[int | str, ...]]]] = {
        "haetae-detector": [("boxes", (1, 2, 4)), ("scores", (1, 2))],
        "haetae-reid": [("embedding", ("n", 32))],
        "haetae-attributes": [("probabilities", ("n", n_values))],
        "haetae-pose": [("keypoints", ("n", 17, 3))],
    }
    outputs = by_name[name]
    nodes, constants = [helper.make_node("GlobalAveragePool", ["images"], ["pooled"])], []
    nodes += [helper.make_node("Flatten", ["pooled"], ["means"])]
    for output, shape in outputs:
        n = int(np.prod([int(size) for size in shape[1:]]))
        scale = 1.0 if output == "boxes" else 1e-3
        weights = np.abs(np.random.default_rng(len(output)).normal(size=(3, n))).astype(np.float32) * scale
        constants += [
            numpy_helper.from_array(weights, f"{output}_w"),
            numpy_helper.from_array(np.array([-1, *shape[1:]]), f"{output}_s"),
        ]
        nodes += [
            helper.make_node("MatMul", ["means", f"{output}_w"], [f"{output}_f"]),
            helper.make_node("Reshape", [f"{output}_f", f"{output}_s"], [output]),
        ]
    if n_bytes_more:
        constants.append(numpy_helper.from_array(np.zeros(n_bytes_more, np.uint8), "ballast"))
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, _SHAPES[name])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape) for output, shape in outputs],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / f"{name}.onnx"))
    (folder / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
