from collections.abc import Mapping

import numpy as np
import pytest

from haetae.errors import HaetaeError, Misconfigured, Transient
from haetae.inference.patient import Patient
from haetae.inference.port import Array, Overloaded
from haetae.models.spec import IMAGES
from tests.kit.networks import FakeInference, mean_colour_vectors

CROPS = {IMAGES: np.zeros((1, 256, 128, 3), np.uint8)}


class FailsFirst(FakeInference):
    """Fails as it is told, call by call, then answers."""

    def __init__(self, *failures: HaetaeError) -> None:
        super().__init__({"reid-0288": mean_colour_vectors})
        self.failures = list(failures)
        self.deadlines_s: list[float] = []

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        self.deadlines_s.append(deadline_s)
        self._fail()
        return super().infer(model, inputs, deadline_s=deadline_s)

    def version(self, model: str) -> str:
        self._fail()
        return super().version(model)

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


def test_a_server_that_is_replaced_is_not_felt() -> None:
    """What fails for a moment is asked again, with what is left of the deadline; so is the version."""
    inference = FailsFirst(Transient("away"), Transient("away"))
    patient = Patient(inference, between_s=0.01)
    assert patient.infer("reid-0288", CROPS, deadline_s=5.0)["embedding"].shape == (1, 256)
    assert len(inference.deadlines_s) == 3
    assert 5.0 >= inference.deadlines_s[0] > inference.deadlines_s[1] > inference.deadlines_s[2]
    inference.failures = [Transient("away")]
    assert patient.version("reid-0288") == "fake-f32"


@pytest.mark.parametrize("failure", [Overloaded("too much to do"), Misconfigured("no such model")])
def test_what_asking_again_makes_no_better_fails_at_once(failure: HaetaeError) -> None:
    """A server with too much to do would have more; a wrong model stays wrong."""
    inference = FailsFirst(failure)
    with pytest.raises(type(failure)):
        Patient(inference, between_s=0.01).infer("reid-0288", CROPS, deadline_s=5.0)
    assert len(inference.deadlines_s) == 1


@pytest.mark.parametrize(("patience_s", "deadline_s"), [(0.1, 60.0), (60.0, 0.1)])
def test_patience_ends(patience_s: float, deadline_s: float) -> None:
    """Neither the patience nor the caller's deadline is outlived, and the failure is the server's own."""
    inference = FailsFirst(*(Transient(f"away {n}") for n in range(1000)))
    with pytest.raises(Transient, match="away"):
        Patient(inference, patience_s=patience_s, between_s=0.01).infer("reid-0288", CROPS, deadline_s=deadline_s)
    assert 1 < len(inference.deadlines_s) <= 10
