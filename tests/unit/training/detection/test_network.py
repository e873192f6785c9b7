"""The detector's network."""

import pytest
import torch

from haetae.training.detection.network import DecodedDetector, PersonDetectorNetwork, Widths, points_of

_SMALL = Widths(stages=(8, 8, 16, 16, 16), pyramid=16)


@pytest.mark.parametrize("size", [(64, 96), (96, 64), (32, 32)])
def test_every_point_answers(size: tuple[int, int]) -> None:
    """Pictures of any size in multiples of 32 give one logit and one box a point, in the order of the points."""
    network = PersonDetectorNetwork(_SMALL).eval()
    for distance in network.distances:
        distance.load_state_dict({"weight": torch.zeros(4, 16, 1, 1), "bias": torch.zeros(4)})  # as far to all sides
    with torch.no_grad():
        logits, boxes = network(torch.zeros(2, 3, *size))
    places, strides = points_of(*size)
    assert logits.shape == (2, len(places))
    assert boxes.shape == (2, len(places), 4)
    assert len(strides) == len(places)
    middle = (boxes[0, :, :2] + boxes[0, :, 2:]) / 2
    assert torch.allclose(middle, places, atol=1e-3)


def test_pixels_are_normalised_inside() -> None:
    """The network takes pixels as they are; what it gives as exported are scores of 0-1 and boxes."""
    boxes, scores = DecodedDetector(PersonDetectorNetwork(_SMALL).eval())(torch.full((1, 3, 32, 32), 255.0))
    assert boxes.shape == (1, 21, 4)
    assert ((scores > 0) & (scores < 0.1)).all()  # before training everybody is unlikely


def test_the_network_is_small() -> None:
    """The built-in detector has less than a million parameters at any of the widths that were tried."""
    for widths in (Widths(), Widths(pyramid=48)):
        assert sum(p.numel() for p in PersonDetectorNetwork(widths).parameters()) < 1_000_000
