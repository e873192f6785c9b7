"""Attributes as numbers, their network and their losses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from haetae.domain.attributes import VALUES, AttributeName
from haetae.training.attributes.layout import N_VALUES, NAMES, SLICES, UNKNOWN, fully_seen, labels_of
from haetae.training.attributes.learner import as_attributes, fused
from haetae.training.attributes.losses import attribute_loss, guess_loss, told_colours, value_shares, value_weights
from haetae.training.attributes.network import AttributeNetwork, AttributeReader
from haetae.training.detection.picture_bank import PictureBank


def _bank(n: int, **columns: Sequence[float]) -> PictureBank:
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


def test_what_the_body_hides_is_unknown() -> None:
    """A bag of which hardly a pixel is seen, and glasses of somebody who looks away; no bag is known from every side."""
    none, backpack = VALUES[AttributeName.BAG].index("none"), VALUES[AttributeName.BAG].index("backpack")
    columns: dict[str, Sequence[float]] = {
        "cut_below": [0.0] * 4,
        "cut_above": [0.0] * 4,
        "bag_seen": [0.2, 0.001, 0.0, 0.2],
        "eyes_seen": [1.0, 1.0, 1.0, 0.0],
        AttributeName.BAG.value: [backpack, backpack, none, backpack],
    }
    unknown = labels_of(_bank(4, **columns)) == UNKNOWN
    names = [{NAMES[i] for i in np.flatnonzero(row)} for row in unknown]
    assert names == [set(), {AttributeName.BAG}, set(), {AttributeName.GLASSES}]
    assert not (labels_of(_bank(4, **columns), hidden=True) == UNKNOWN).any()


def test_shots_of_a_tracklet_speak_together() -> None:
    """The mean over the crops of a person in one camera; the direction is the first crop's alone."""
    outputs = np.random.default_rng(0).random((4, N_VALUES))
    bank = _bank(4, identity=[7, 7, 7, 8], camera=[1, 1, 2, 1])
    together, first = fused(outputs, bank, np.arange(4))
    direction = SLICES[AttributeName.DIRECTION]
    assert first.tolist() == [0, 2, 3]
    assert np.allclose(together[0, : direction.start], outputs[:2, : direction.start].mean(axis=0))
    assert np.allclose(together[0, direction], outputs[0, direction])


def test_frozen_parts_learn_nothing_and_keep_their_statistics() -> None:
    """The stem stays as it is; what follows has gradients."""
    network = AttributeNetwork(0.25, n_frozen=1).train()
    before = {name: value.clone() for name, value in network.trunk.stem.state_dict().items()}
    network(torch.rand(2, 3, 128, 64) * 255).sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in network.trunk.stem.state_dict().items())
    assert all(parameter.grad is None for parameter in network.trunk.stem.parameters())
    assert all(parameter.grad is not None for parameter in network.trunk.last.parameters())


def test_who_looks_away_wears_glasses_as_often_as_people_do() -> None:
    """The loss is least where the scores say the shares; crops whose glasses are known cost nothing."""
    labels = torch.zeros(2, len(NAMES), dtype=torch.int64)
    shares = torch.zeros(N_VALUES)
    glasses = SLICES[AttributeName.GLASSES]
    shares[glasses] = torch.tensor([0.2, 0.1, 0.7])
    scores = torch.zeros(2, N_VALUES)
    assert guess_loss(scores, labels, shares).item() == 0.0
    labels[:, NAMES.index(AttributeName.GLASSES)] = UNKNOWN
    told = scores.clone()
    told[:, glasses] = shares[glasses].log()
    assert guess_loss(told, labels, shares) < guess_loss(scores, labels, shares)
    assert value_shares(labels.numpy())[glasses].tolist() == [0.0, 0.0, 0.0]


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
