"""How often each value is read for each truth, and what that makes of a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import UNKNOWN_SCORE, VALUES, AttributeCondition, AttributeName, Attributes
from haetae.ranking.evidence import AttributeReliability, Reliability, holding, probability, weight
from haetae.training.calibration.logistic import balanced, calibration_error, log_loss, reliability_diagram
from haetae.training.calibration.tracklets import Tracklets

SHARPNESSES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_AS_MANY = 3.0  # people read like everybody else, as whom a value's row begins: rare values are not measured well
_ROUNDS = 30
_LEAST = 1e-3

Floats = NDArray[np.float64]


def reliability(people: Tracklets) -> Reliability:
    """Of every attribute that was read and is known."""
    return Reliability({name: its for name in AttributeName if (its := _of_one(name, people)) is not None})


def figures(people: Tracklets, measured: Reliability) -> dict[str, Any]:
    """By attribute, of other people than those it was measured on: how right and how well calibrated readings are.

    Every value is asked for; people who have it and people who do not weigh the same, so that 0.5 is nothing known. `raw` is the
    reading's own score.
    """
    asked = {name: _asked(name, people, measured) for name in measured.attributes}
    told = {name.value: _told(*columns) for name, columns in asked.items()}
    together = [np.concatenate(column) for column in zip(*asked.values(), strict=True)]
    diagram = reliability_diagram(together[0], together[2].astype(bool), together[3])
    return {"attributes": told, "all": {**_told(*together), "diagram": diagram}}


def document(measured: Reliability) -> dict[str, Any]:
    """As it is kept with the network."""
    return {
        name.value: {
            "values": list(VALUES[name]),
            "prior": [round(p, 5) for p in its.prior],
            "confusion": [[round(p, 5) for p in row] for row in its.confusion],
            "sharpness": its.sharpness,
        }
        for name, its in measured.attributes.items()
    }


def _of_one(name: AttributeName, people: Tracklets) -> AttributeReliability | None:
    both = [(a.scores[name], t[name]) for a, t in zip(people.read, people.truth, strict=True) if a.scores.get(name) and name in t]
    if not both:
        return None
    values = VALUES[name]
    truth = np.array([values.index(true) for _, true in both])
    scores = np.array([[read.get(value, UNKNOWN_SCORE) for value in values] for read, _ in both])
    prior = _shares(np.bincount(truth, minlength=len(values)).astype(np.float64) + 1.0)
    tried = [(sharpness, _confusion(scores, truth, sharpness)) for sharpness in SHARPNESSES]
    sharpness, rows = min(tried, key=lambda each: _surprise(_weights(scores, each[0]), truth, prior, each[1]))
    return AttributeReliability(tuple(prior.tolist()), tuple(tuple(row) for row in rows.tolist()), sharpness)


def _confusion(scores: Floats, truth: NDArray[np.intp], sharpness: float) -> Floats:
    """(k, k) how often each value is read of people with each: by expectation maximisation, for a doubtful reading is none of one
    value but shared by those that it can be, as far as people with the true value are read so."""
    weights, k = _weights(scores, sharpness), scores.shape[1]
    read = np.eye(k)[scores.argmax(axis=1)]
    rows = np.empty((k, k))
    for _ in range(_ROUNDS):
        counts = np.zeros((k, k))
        np.add.at(counts, truth, read)
        anybody = _shares(counts.sum(axis=0) + 1.0)
        rows = np.stack([_shares(row + _AS_MANY * anybody) for row in counts])
        read = weights * rows[truth]
        read /= read.sum(axis=1, keepdims=True)
    return rows


def _surprise(weights: Floats, truth: NDArray[np.intp], prior: Floats, rows: Floats) -> float:
    """Mean -log of what the readings give to the true value."""
    posterior = (weights @ rows.T) * prior
    return float(-np.log(posterior[np.arange(len(truth)), truth] / posterior.sum(axis=1)).mean())


def _weights(scores: Floats, sharpness: float) -> Floats:
    return np.array([[weight(score, scores.shape[1], sharpness) for score in row] for row in scores.tolist()])


def _shares(counts: Floats) -> Floats:
    shares = np.maximum(counts / counts.sum(), _LEAST)
    return np.asarray(np.round(shares / shares.sum(), 6), np.float64)


def _asked(name: AttributeName, people: Tracklets, measured: Reliability) -> tuple[Floats, Floats, Floats, Floats]:
    """Every value asked of everybody: probability, raw score, whether it holds, weight."""
    said, raw, holds, weights = [], [], [], []
    known = [(a, t[name]) for a, t in zip(people.read, people.truth, strict=True) if name in t]
    for value in VALUES[name]:
        asked = AttributeCondition(name, (value,))
        true = np.array([t == value for _, t in known])
        if true.any() and not true.all():
            said += [probability(holding(asked, a, measured)) for a, _ in known]
            raw += [asked.evidence(a) for a, _ in known]
            holds.append(true)
            weights.append(balanced(true))
    return np.array(said), np.array(raw), np.concatenate(holds).astype(np.float64), np.concatenate(weights)


def _told(said: Floats, raw: Floats, holds: Floats, weights: Floats) -> dict[str, float]:
    held = holds.astype(bool)
    return {
        "log_loss": round(log_loss(said, held, weights), 4),
        "log_loss_raw": round(log_loss(raw, held, weights), 4),
        "ece": round(calibration_error(reliability_diagram(said, held, weights)), 4),
        "ece_raw": round(calibration_error(reliability_diagram(raw, held, weights)), 4),
        "n": len(said),
    }


def right(people: Tracklets, read: Sequence[Attributes] | None = None) -> Mapping[str, float]:
    """How often the best value is the true one, by attribute."""
    told = people.read if read is None else read
    shares = {}
    for name in AttributeName:
        both = [(a.scores[name], t[name]) for a, t in zip(told, people.truth, strict=True) if a.scores.get(name) and name in t]
        if both:
            shares[name.value] = round(float(np.mean([max(s, key=lambda v, s=s: s[v]) == t for s, t in both])), 4)  # type: ignore[misc]
    return shares
