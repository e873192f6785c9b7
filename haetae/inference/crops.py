"""Crops of people as a network's input: one way for a query's photos and for the gallery, which cannot drift apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.imaging.letterbox import resized
from haetae.inference.port import Array
from haetae.models.networks import network
from haetae.models.spec import Task


def input_size_for(name: str, task: Task) -> ImageSize:
    """The fixed input size of the network. Raises Misconfigured where the catalogue has none of that name for the task."""
    spec = network(name).spec
    if spec.task is not task or spec.input_size is None:
        raise Misconfigured(f"The network '{name}' is not for {task}.")
    return spec.input_size


def stretched(crops: Sequence[Pixels], to: ImageSize) -> Array:
    """(n, height, width, 3) uint8: each crop stretched to the network's input, as these networks were trained."""
    return np.stack([resized(crop, to) for crop in crops])
