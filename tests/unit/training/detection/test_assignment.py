"""Which points answer for whom."""

import torch

from haetae.training.detection.assignment import assigned, overlap_pairs
from haetae.training.detection.labels import IGNORED, PERSON
from haetae.training.detection.losses import detection_loss
from haetae.training.detection.network import points_of

_POINTS = points_of(64, 64)
_N = len(_POINTS[0])
_PEOPLE = torch.tensor([[[4.0, 4.0, 20.0, 44.0], [36.0, 8.0, 52.0, 56.0]]])
_BOTH = torch.tensor([[PERSON, PERSON]])


def _perfect(people: torch.Tensor) -> torch.Tensor:
    """Every point draws the box of the person whose middle is nearest."""
    middle = (people[0, :, :2] + people[0, :, 2:]) / 2
    return people[0][torch.cdist(_POINTS[0], middle).argmin(1)][None]


def test_points_answer_for_the_person_they_lie_in() -> None:
    """Each person has points, no point has two, and they lie in or at the box."""
    found = assigned(torch.zeros(1, _N), _perfect(_PEOPLE), _PEOPLE, _BOTH, _POINTS)
    assert set(found.person[0].tolist()) == {-1, 0, 1}
    for person in (0, 1):
        own = _POINTS[0][found.person[0] == person]
        left, top, right, bottom = _PEOPLE[0, person].tolist()
        assert ((own[:, 0] > left - 6) & (own[:, 0] < right + 6) & (own[:, 1] > top - 6) & (own[:, 1] < bottom + 6)).all()


def test_better_boxes_have_more_points() -> None:
    """The better the boxes fit already, the more points answer."""
    exact = assigned(torch.zeros(1, _N), _perfect(_PEOPLE), _PEOPLE, _BOTH, _POINTS)
    places = _POINTS[0]
    tiny = torch.cat([places - 2, places + 2], 1)[None]
    poor = assigned(torch.zeros(1, _N), tiny, _PEOPLE, _BOTH, _POINTS)
    assert (exact.person >= 0).sum() > (poor.person >= 0).sum() >= 2


def test_what_lies_in_an_ignored_box_costs_nothing() -> None:
    """A sure score within an ignored box is no error; the same score elsewhere is."""
    logits = torch.full((1, _N), -9.0)
    inside = (_POINTS[0] > _PEOPLE[0, 0, :2]).all(1) & (_POINTS[0] < _PEOPLE[0, 0, 2:]).all(1)
    logits[0, inside] = 4.0
    ignored = detection_loss(logits, _perfect(_PEOPLE), _PEOPLE[:, :1], torch.tensor([[IGNORED]]), _POINTS)
    nobody = detection_loss(logits, _perfect(_PEOPLE), _PEOPLE[:, :1], torch.tensor([[0]]), _POINTS)
    assert float(ignored["total"]) < 0.01 < float(nobody["total"])


def test_the_loss_falls_towards_the_truth() -> None:
    """Right boxes with sure scores cost less than right boxes with no opinion, and those less than wrong boxes."""
    found = assigned(torch.zeros(1, _N), _perfect(_PEOPLE), _PEOPLE, _BOTH, _POINTS)
    sure = torch.where(found.person >= 0, 6.0, -6.0)
    right = detection_loss(sure, _perfect(_PEOPLE), _PEOPLE, _BOTH, _POINTS)
    vague = detection_loss(torch.zeros(1, _N), _perfect(_PEOPLE), _PEOPLE, _BOTH, _POINTS)
    wrong = detection_loss(torch.zeros(1, _N), _perfect(_PEOPLE) + 12.0, _PEOPLE, _BOTH, _POINTS)
    assert float(right["total"]) < float(vague["total"]) < float(wrong["total"])


def test_overlaps() -> None:
    """Halves of one box overlap by a third with it shifted by half; far boxes have a negative generalised overlap."""
    one, shifted, far = torch.tensor([0.0, 0, 10, 10]), torch.tensor([5.0, 0, 15, 10]), torch.tensor([50.0, 50, 60, 60])
    assert abs(float(overlap_pairs(one, shifted)[0]) - 1 / 3) < 1e-4
    assert float(overlap_pairs(one, far)[1]) < -0.9
