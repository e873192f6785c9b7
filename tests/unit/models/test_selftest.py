from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.models.networks import CATALOGUE
from haetae.models.selftest import check, difference

Array = NDArray[np.generic]


class Serving:
    """Answers every network with the same kind of numbers."""

    def __init__(self, fill: str) -> None:
        self._fill = fill

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        random = np.random.default_rng(4)
        answers: dict[str, Array] = {}
        for spec in CATALOGUE[model].spec.outputs:
            shape = (1, *spec.shape)
            filled = {
                "zeros": np.zeros(shape),
                "garbage": random.normal(size=shape),
                "nan": np.full(shape, np.nan),
                "missing": None,
            }
            if (array := filled[self._fill]) is not None:
                answers[spec.name] = np.nan_to_num(array).astype("int32") if spec.dtype == "int32" else array.astype(spec.dtype)
        return answers


@pytest.mark.parametrize("fill", ["zeros", "garbage", "nan", "missing"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_wrong_numbers_end_the_start(name: str, fill: str) -> None:
    """Zeros (numpy 2 under Triton's python backend), garbage, NaN and missing outputs are all found out, for every network."""
    with pytest.raises(Misconfigured, match=name):
        check(Serving(fill), [name])


def test_a_wrong_shape_is_named() -> None:
    """The difference says in words what is off."""
    assert (
        difference("reid-0288", {"embedding": np.zeros((1, 128), np.float32)})
        == "embedding is float32 (1, 128), not float32 (n, 256)"
    )
