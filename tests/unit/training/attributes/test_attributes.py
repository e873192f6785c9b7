"""Attributes as numbers, their network and their losses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from haetae.domain.attributes import VALUES, AttributeName
from haetae.training.attributes.layout import N_VALUES, NAMES, SLICES, UNKNOWN, fully_seen, labels_of
from haetae.training.attributes.learner import as_attributes
from haetae.training.attributes.losses import attribute_loss, told_colours, value_weights
from haetae.training.attributes.network import AttributeNetwork, AttributeReader
from haetae.training.detection.picture_bank import PictureBank


def _bank(n: int, **columns: list[float]) -> PictureBank:
    zeros = {name.value: np.zeros(n) for name in NAMES}
    given = {name: np.array(values) for name, values in columns.items()}
    return PictureBank(Path("nowhere"), np.zeros((n, 4), np.int64), {**zeros, **given}, np.zeros(0, np.uint8))


def test_values_stand_attribute_by_attribute() -> None:
    """The order is that of AttributeName and of each attribute's values, without a gap: what the runtime reads."""
    ends = [0, *(SLICES[name].stop for name in AttributeName)]
    assert [SLICES[name].start for name in AttributeName] == ends[:-1]
    assert ends[-1] == N_VALUES == sum(len(values) for values in VALUES.values())


def test_what_the_box_cuts_off_is_unknown() -> None:
    """Without feet no shoe colour, without legs no trousers, without the head no hair, hat or glasses."""
    bank = _bank(4, cut_below=[0, 0.2, 0.6, 0], cut_above=[0, 0, 0, 0.1], seen=[1, 1, 1, 1])
    unknown = labels_of(bank) == UNKNOWN
    names = [{NAMES[i] for i in np.flatnonzero(row)} for row in unknown]
    head = {AttributeName.HAIR, AttributeName.HAT, AttributeName.GLASSES}
    legs = {AttributeName.SHOE_COLOUR, AttributeName.LOWER_TYPE, AttributeName.LOWER_COLOUR}
    assert names == [set(), {AttributeName.SHOE_COLOUR}, legs, head]
    assert fully_seen(bank).tolist() == [True, False, False, False]


def test_probabilities_of_an_attribute_sum_to_one() -> None:
    """Whatever the crop."""
    reader = AttributeReader(AttributeNetwork(0.25)).eval()
    with torch.no_grad():
        read = reader(torch.rand(3, 3, 128, 64) * 255)
    assert read.shape == (3, N_VALUES)
    for values in SLICES.values():
        assert torch.allclose(read[:, values].sum(dim=1), torch.ones(3), atol=1e-5)
    assert set(as_attributes(read[0].numpy()).scores) == set(AttributeName)


def test_rare_values_weigh_more_and_all_together_the_same() -> None:
    """With exponent 1 every value weighs alike in sum, with 0 every crop; on average over the crops the weight is 1."""
    labels = np.zeros((100, len(NAMES)), np.int64)
    labels[:10, 0] = 1
    weights = value_weights(labels, 1.0)[SLICES[NAMES[0]]]
    assert (weights[0] * 90).item() == pytest.approx((weights[1] * 10).item())
    assert (0.9 * weights[0] + 0.1 * weights[1]).item() == pytest.approx(1.0)
    assert value_weights(labels, 0.0)[SLICES[NAMES[0]]].tolist() == [1.0, 1.0]


def test_unknown_labels_teach_nothing() -> None:
    """A crop with unknown attributes has no gradient there; an attribute that is unknown everywhere costs 0."""
    scores = torch.zeros(2, N_VALUES, requires_grad=True)
    labels = torch.zeros(2, len(NAMES), dtype=torch.int64)
    labels[1] = UNKNOWN
    labels[:, 3] = UNKNOWN
    losses = attribute_loss(scores, labels, torch.ones(N_VALUES))
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert losses[NAMES[3].value].item() == 0.0
    assert scores.grad is not None
    assert scores.grad[1].abs().sum() == 0
    assert scores.grad[0].abs().sum() > 0


def test_only_sure_colours_are_told() -> None:
    """Where no measurement is sure the loss is 0; else it is least where the scores say what was measured."""
    values = SLICES[AttributeName.UPPER_COLOUR]
    wanted = torch.zeros(2, 12)
    wanted[:, 4] = 1
    scores = torch.zeros(2, N_VALUES)
    right = scores.clone()
    right[0, values.start + 4] = 8.0
    sure = torch.tensor([True, False])
    assert told_colours(scores, wanted, torch.tensor([False, False]), values).item() == 0.0
    assert told_colours(right, wanted, sure, values) < 0.05 < told_colours(scores, wanted, sure, values)
