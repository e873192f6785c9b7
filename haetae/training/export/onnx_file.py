"""ONNX files of torch networks, checked against them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from haetae.errors import Poison

OPSET = 17


def write_onnx(
    network: nn.Module,
    example: Tensor,
    file: Path,
    outputs: Sequence[str],
    *,
    free: Mapping[str, Mapping[int, str]] | None = None,
    tolerance: float = 1e-3,
) -> Path:
    """Traces a network on `example` (named "images" in the file) and checks that the file gives what the network does.

    `free` names the axes that may have any size: {"images": {0: "n"}, "embedding": {0: "n"}}; where the batch, height or width
    of the input is free, the check also runs another size. The file holds everything (no data beside it).
    Raises Poison where an output of the file is further than `tolerance` from the network's, relative to its largest value.
    """
    network = network.cpu().float().eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it takes for a constant; the check below decides
        torch.onnx.export(
            network,
            (example,),
            str(file),
            input_names=["images"],
            output_names=list(outputs),
            dynamic_axes={name: dict(axes) for name, axes in (free or {}).items()} or None,
            opset_version=OPSET,
            dynamo=False,
        )
    for images in _probes(example, (free or {}).get("images", {})):
        _check(network, images, file, outputs, tolerance)
    return file


def run_onnx(file: Path, images: np.ndarray, threads: int = 1) -> list[np.ndarray]:
    """The outputs of a file in their order."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: images}))


def _probes(example: Tensor, free: Mapping[int, str]) -> list[Tensor]:
    """Random pictures, 0-255: of the example's size, and of another where sizes are free (batch 3, height and width doubled)."""
    shape = list(example.shape)
    other = [3 if axis == 0 else 2 * size if axis > 1 else size for axis, size in enumerate(shape)]
    other = [new if axis in free else old for axis, (new, old) in enumerate(zip(other, shape, strict=True))]
    generator = torch.Generator().manual_seed(0)
    sizes = [shape] if other == shape else [shape, other]
    return [torch.rand(size, generator=generator) * 255.0 for size in sizes]


def _check(network: nn.Module, images: Tensor, file: Path, names: Sequence[str], tolerance: float) -> None:
    with torch.no_grad():
        given = network(images)
    wanted = [given] if isinstance(given, Tensor) else list(given)
    for name, want, have in zip(names, wanted, run_onnx(file, images.numpy()), strict=True):
        expected = want.numpy()
        if expected.shape != have.shape:
            raise Poison(f"The file's {name} is {have.shape}, not {expected.shape}.", file=file)
        off = float(np.abs(expected - have).max(initial=0.0)) / max(1.0, float(np.abs(expected).max(initial=0.0)))
        if not off <= tolerance:
            raise Poison(f"The file's {name} is {off:.2g} away from the network's.", file=file)
