"""Known numbers: a drawn picture goes through whatever serves the networks, and what comes out is compared.

Triton's python backend answers zeros with no error when its environment has the wrong numpy; weights get cut, engines drift.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.models.builtin import facts_of
from haetae.models.measure import known_input
from haetae.models.networks import network
from haetae.models.spec import IMAGES

KNOWN = "known_numbers.json"
"""By network and output: the first values of the known input's result, and how far one may be off.

Of pulled networks; those of built-in ones are among their facts and renewed by `python -m haetae.models.builtin`. The tolerances
hold for f32 and bf16 on every engine and are far below what zeros, shuffled channels or other weights give."""

Array = NDArray[np.generic]


class Serves(Protocol):
    """What runs networks: Triton, or this process."""

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]: ...


def check(serves: Serves, names: Sequence[str], *, deadline_s: float = 20.0) -> None:
    """Raises Misconfigured, saying what is off, unless every network gives its known numbers."""
    for name in names:
        outputs = serves.infer(name, {IMAGES: known_input(network(name))}, deadline_s=deadline_s)
        wrong = difference(name, outputs)
        if wrong is not None:
            raise Misconfigured(f"The network '{name}' gives wrong numbers: {wrong}.")


def difference(name: str, outputs: Mapping[str, Array]) -> str | None:
    """What of the outputs for the known input (a batch of one) is not as known, in words; None where all is."""
    for spec in network(name).spec.outputs:
        array = outputs.get(spec.name)
        if array is None:
            return f"there is no '{spec.name}'"
        mismatch = spec.mismatch(array)
        if mismatch is not None:
            return mismatch
    for output, known in _known_numbers(name).items():
        expected = np.asarray(known.values, dtype=np.float64)
        got = outputs[output].astype(np.float64).ravel()[: len(expected)]
        off = float(np.abs(got - expected)[~np.isnan(expected)].max())
        if not off <= known.tolerance:  # also where it is not a number
            return f"'{output}' is off by {off:.3g}, and {known.tolerance:.3g} is allowed"
    return None


@dataclass(frozen=True, slots=True)
class _Known:
    values: list[float | None]  # None where engines differ too much to say
    tolerance: float


def _known_numbers(name: str) -> dict[str, _Known]:
    folder = network(name).folder
    if folder is not None:
        numbers = (facts_of(name, folder) or {})["known"]
    else:
        numbers = json.loads(files("haetae.models").joinpath(KNOWN).read_text(encoding="utf-8"))[name]
    return {output: _Known(**known) for output, known in numbers.items()}
