"""A network that goes on learning from an exported file, of which no checkpoint is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from haetae.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class _Layer:
    """A convolution and the normalisation behind it, if there is one."""

    convolution: nn.Conv2d
    norm: nn.BatchNorm2d | None


def take_over(file: Path, network: nn.Module, pictures: Sequence[Tensor]) -> None:
    """Puts the weights of an ONNX file into the network that it was exported from (its class and widths), on the CPU.

    The file's normalisations are folded into its convolutions. They come back as the identity, but with the means and variances
    that `pictures` (batches of the network's input) give: training normalises by the batch, and so starts from what the file
    computes.
    Raises Misconfigured where the file is of another network.
    """
    network.eval()
    layers = _in_order(network, pictures[0])
    weights = _convolutions(file)
    if len(layers) != len(weights) or any(
        layer.convolution.weight.shape != weight.shape for layer, (weight, _) in zip(layers, weights, strict=False)
    ):
        raise Misconfigured(
            f"{file.name} is of another network: {len(weights)} convolutions, here {len(layers)}, or other widths."
        )
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, weights, strict=True):
            _fill(layer, weight, bias)
        _settle(network, layers, pictures)


def _convolutions(file: Path) -> list[tuple[Tensor, Tensor | None]]:
    """Weights and biases in the order in which they are computed."""
    graph = onnx.load(str(file)).graph
    constants = {each.name: each for each in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        names = [_named(graph, name) for name in node.input[1:]]
        if any(name not in constants for name in names):
            raise Misconfigured(f"{file.name} keeps its weights elsewhere or in eight bits: an f32 file is needed.")
        tensors = [torch.from_numpy(numpy_helper.to_array(constants[name]).copy()) for name in names]
        found.append((tensors[0], tensors[1] if len(tensors) > 1 else None))
    return found


def _named(graph: onnx.GraphProto, name: str) -> str:
    """The constant behind a name: equal ones are kept once and passed on by Identity nodes."""
    for node in graph.node:
        if node.op_type == "Identity" and node.output[0] == name:
            return _named(graph, node.input[0])
    return name


def _in_order(network: nn.Module, picture: Tensor) -> list[_Layer]:
    """The convolutions as they are computed."""
    seen: list[nn.Module] = []
    hooks = [
        module.register_forward_hook(lambda module, inputs, output: seen.append(module))
        for module in network.modules()
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d)
    ]
    try:
        with torch.no_grad():
            network(picture)
    finally:
        for hook in hooks:
            hook.remove()
    following = [*seen[1:], None]
    return [
        _Layer(module, after if isinstance(after, nn.BatchNorm2d) else None)
        for module, after in zip(seen, following, strict=True)
        if isinstance(module, nn.Conv2d)
    ]


def _fill(layer: _Layer, weight: Tensor, bias: Tensor | None) -> None:
    layer.convolution.weight.copy_(weight)
    if layer.norm is None:
        if layer.convolution.bias is not None and bias is not None:
            layer.convolution.bias.copy_(bias)
        return
    assert layer.norm.running_mean is not None
    assert layer.norm.running_var is not None
    layer.norm.weight.fill_(1.0)
    layer.norm.bias.copy_(bias if bias is not None else torch.zeros_like(layer.norm.bias))
    layer.norm.running_mean.zero_()
    layer.norm.running_var.fill_(1.0 - layer.norm.eps)


def _settle(network: nn.Module, layers: Sequence[_Layer], pictures: Sequence[Tensor]) -> None:
    """Moves what the normalisations see into their means and variances; what they give stays the same."""
    sums: dict[nn.BatchNorm2d, list[Tensor]] = {layer.norm: [] for layer in layers if layer.norm is not None}

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        assert isinstance(module, nn.BatchNorm2d)
        variance, mean = torch.var_mean(inputs[0].double(), (0, 2, 3), correction=0)
        sums[module].append(torch.stack([mean, variance + mean**2]))

    hooks = [norm.register_forward_hook(note) for norm in sums]
    try:
        for batch in pictures:
            network(batch)
    finally:
        for hook in hooks:
            hook.remove()
    for norm, seen in sums.items():
        mean, square = torch.stack(seen).mean(0)
        variance = (square - mean**2).clamp_min(1e-8)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean.to(norm.bias.dtype))
