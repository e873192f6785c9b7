"""ONNX files of torch networks, checked against them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
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


class FromFile(nn.Module):
    """An exported network, called as torch's are, on the CPU: one output as it is, several as a tuple."""

    def __init__(self, file: Path, threads: int = 1) -> None:
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self.nowhere = nn.Parameter(torch.zeros(0), requires_grad=False)  # who asks for a network's device finds the CPU

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, ...]:
        outputs = self._session.run(None, {self._input: np.ascontiguousarray(images.numpy(), dtype=np.float32)})
        tensors = tuple(torch.from_numpy(np.asarray(output)) for output in outputs)
        return tensors[0] if len(tensors) == 1 else tensors


def run_onnx(file: Path, images: np.ndarray) -> list[np.ndarray]:
    """The outputs of a file in their order."""
    outputs = FromFile(file)(torch.from_numpy(images))
    return [output.numpy() for output in ([outputs] if isinstance(outputs, Tensor) else outputs)]


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
    wanted, got = ([each] if isinstance(each, Tensor) else list(each) for each in (given, FromFile(file)(images)))
    for name, want, have in zip(names, wanted, got, strict=True):
        if want.shape != have.shape:
            raise Poison(f"The file's {name} is {tuple(have.shape)}, not {tuple(want.shape)}.", file=file)
        off = float((want - have).abs().max()) / max(1.0, float(want.abs().max()))
        if not off <= tolerance:
            raise Poison(f"The file's {name} is {off:.2g} away from the network's.", file=file)
