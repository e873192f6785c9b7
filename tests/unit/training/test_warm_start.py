"""Going on from an exported file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from haetae.errors import Misconfigured
from haetae.training.detection.network import DecodedDetector, PersonDetectorNetwork, Widths
from haetae.training.distillation.warm_start import take_over
from haetae.training.export.onnx_file import write_onnx

WIDTHS = Widths(stages=(8, 8, 16, 16, 16), pyramid=16)


def lived_in(seed: int) -> PersonDetectorNetwork:
    """A network whose normalisations have seen something."""
    torch.manual_seed(seed)
    network = PersonDetectorNetwork(WIDTHS).train()
    with torch.no_grad():
        for _ in range(30):
            network(torch.rand(2, 3, 64, 64) * 255)
    return network.eval()


def test_a_network_goes_on_where_its_file_is(tmp_path: Path) -> None:
    """It gives what the file gives, and nearly so while it trains, when it normalises by the batch."""
    before = lived_in(1)
    file = write_onnx(DecodedDetector(before), torch.zeros(1, 3, 64, 64), tmp_path / "f.onnx", ["boxes", "scores"])
    pictures = [torch.rand(4, 3, 64, 64) * 255 for _ in range(4)]
    after = PersonDetectorNetwork(WIDTHS)
    take_over(file, after, pictures)
    with torch.no_grad():
        wanted, given = before(pictures[0]), after.eval()(pictures[0])
        training = after.train()(pictures[0])
    for want, have, nearly in zip(wanted, given, training, strict=True):
        assert torch.allclose(want, have, atol=1e-3)
        assert float((want - nearly).abs().mean()) < 0.1 * float(want.abs().mean())


def test_a_file_of_other_widths_is_refused(tmp_path: Path) -> None:
    """Before anything is changed."""
    file = write_onnx(DecodedDetector(lived_in(1)), torch.zeros(1, 3, 64, 64), tmp_path / "f.onnx", ["boxes", "scores"])
    other = PersonDetectorNetwork(Widths(stages=(8, 8, 16, 16, 24), pyramid=16))
    with pytest.raises(Misconfigured, match="another network"):
        take_over(file, other, [torch.zeros(1, 3, 64, 64)])
