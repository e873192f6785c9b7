"""Crops are drawn once, alike every time, and a drawing that was stopped goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Misconfigured
from haetae.training.reid import crop_bank as module
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.framing import KEPT

PLAN = CropPlan(first_identity=5, n_identities=3, shots=2, cameras_each=1, n_cameras=1, first_camera=3, look_alikes=1.0)


def test_a_bank_is_its_plan(tmp_path: Path) -> None:
    """Every crop is of the kept size and has its identity, camera and labels; the next asking draws nothing."""
    told: list[str] = []
    bank = crop_bank(PLAN, tmp_path, told.append)
    assert 0 < len(bank) <= 6
    assert bank.picture(0).shape == (KEPT.height, KEPT.width, 3)
    assert set(bank.columns["identity"]) <= {5, 6, 7}
    assert set(bank.columns["outfit"]) == {5}  # all of them look alike
    for name in AttributeName:
        assert ((bank.columns[name.value] >= 0) & (bank.columns[name.value] < len(VALUES[name]))).all()
    told.clear()
    assert len(crop_bank(PLAN, tmp_path, told.append)) == len(bank)
    assert not told


def test_a_stopped_drawing_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that were drawn before the stop are kept, and the bank is the same as one drawn in one go."""
    monkeypatch.setattr(module, "_PART", 1)
    whole = crop_bank(PLAN, tmp_path / "whole")
    stopped = tmp_path / "stopped"

    def stop(text: str) -> None:
        if "part 2" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crop_bank(PLAN, stopped, stop)
    assert len(list(stopped.glob("*.parts/*"))) == 2
    told: list[str] = []
    bank = crop_bank(PLAN, stopped, told.append)
    assert sum("part" in text for text in told) == 1
    assert len(bank) == len(whole)
    assert all(np.array_equal(bank.picture(i), whole.picture(i)) for i in range(len(bank)))


def test_a_bank_of_nobody_is_refused() -> None:
    """A plan without identities, shots or cameras is a mistake that is named."""
    with pytest.raises(Misconfigured, match="at least one"):
        CropPlan(n_identities=0)
