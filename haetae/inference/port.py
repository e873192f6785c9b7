"""What runs networks, as everything above sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from haetae.errors import Transient

Array = NDArray[Any]


class Overloaded(Transient):
    """The server has too much to do: asking again at once makes it worse."""


class Inference(Protocol):
    """Runs a network of the catalogue on a batch."""

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        """Outputs by name; axis 0 of every array is the batch, of any size. Returns within `deadline_s`, or raises.

        Raises Transient (away, frozen, slow), Overloaded (queue full or too old), Misconfigured (no such model, wrong shapes).
        """
        ...

    def ready(self, model: str) -> bool:
        """Whether the model answers now; False rather than an error when nobody is there."""
        ...

    def version(self, model: str) -> str:
        """What the model's numbers depend on: weights, engine, precision. Raises Transient, Misconfigured."""
        ...
