"""Checks what goes into a network and what comes out of it, once, at the border."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.errors import Misconfigured, Transient
from haetae.inference.port import Array
from haetae.models.networks import network
from haetae.models.spec import IMAGES


def checked_inputs(model: str, inputs: Mapping[str, Array]) -> Array:
    """The images of a request to `model`, (n, height, width, 3) uint8. Raises Misconfigured."""
    spec = network(model).spec
    images = inputs.get(IMAGES)
    mismatch = f"there is no '{IMAGES}'" if images is None else spec.input.mismatch(images)
    if mismatch is None and images is not None and any(size % spec.stride_px or not size for size in images.shape[1:3]):
        mismatch = f"{IMAGES} is {images.shape[2]} x {images.shape[1]}, not in multiples of {spec.stride_px}"
    if mismatch is not None or images is None:
        raise Misconfigured(f"The input of '{model}' does not fit: {mismatch}.")
    return images


def checked_outputs(model: str, n: int, outputs: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs that the catalogue promises for a batch of `n`.

    Raises Misconfigured: a server that gives others serves another model. Raises Transient where only the number of rows is
    another: under overload a Triton once answered for another batch.
    """
    checked = {}
    for spec in network(model).spec.outputs:
        array = outputs.get(spec.name)
        mismatch = f"there is no '{spec.name}'" if array is None else spec.mismatch(array)
        if mismatch is not None or array is None:
            raise Misconfigured(f"The output of '{model}' does not fit: {mismatch}.")
        if len(array) != n:
            raise Transient(f"The answer of '{model}' is of another batch: {len(array)} rows of {spec.name} for {n} images.")
        checked[spec.name] = array
    return checked


def no_outputs(model: str) -> dict[str, Array]:
    """What an empty batch gives."""
    return {spec.name: spec.empty() for spec in network(model).spec.outputs}
