"""What distances are worth: log odds of one person against another, of the nearest of each search."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.ranking import CameraAware, GraphPropagation, KReciprocal
from haetae.ranking.likeness import COSINE, NAMES, Likeness, Slope
from haetae.training.calibration.logistic import balanced, calibration_error, log_loss, logistic, reliability_diagram, sigmoid
from haetae.training.calibration.searches import Asked, distances, reranked, same
from haetae.training.calibration.tracklets import Tracklets

N_NEAREST = 100
"""Of each search: among them the order is decided. Log odds of whoever is further away are the line drawn on."""

RERANKINGS = (KReciprocal(), CameraAware(), GraphPropagation())

Row = tuple[NDArray[np.float64], NDArray[np.bool_]]
Rows = dict[str, list[Row]]
"""By kind of distance, for each search: the distances of all that were searched, and which of them show the person."""


def rows(people: Tracklets, asked: list[Asked]) -> Rows:
    """Of every search, by cosine distance and by each re-ranking."""
    right = [same(people, each) for each in asked]
    found = {COSINE: [distances(people, each) for each in asked]}
    found |= {NAMES[type(how)]: [reranked(people, each, how) for each in asked] for how in RERANKINGS}
    return {name: list(zip(values, right, strict=True)) for name, values in found.items()}


def likeness(found: Rows) -> Likeness:
    """A line for each kind of distance."""
    return Likeness({name: _line(its) for name, its in found.items()})


def figures(found: Rows, measured: Likeness) -> dict[str, Any]:
    """Of other people: how well calibrated among the nearest of each search; who is the person and all others weigh the same."""
    told = {}
    for name, its in found.items():
        slope = measured.slopes[name]
        values, holds = _nearest(its)
        said, weights = sigmoid(slope.steepness * (slope.even - values)), balanced(holds)
        told[name] = {"log_loss": round(log_loss(said, holds, weights), 4), **_as_they_come(values, holds, its, slope)}
    return told


def document(measured: Likeness) -> dict[str, Any]:
    """As it is kept with the network."""
    return {name: {"even": slope.even, "steepness": slope.steepness} for name, slope in measured.slopes.items()}


def _as_they_come(values: NDArray[np.float64], holds: NDArray[np.bool_], its: list[Row], slope: Slope) -> dict[str, Any]:
    """Calibration with the prior of the searches put back: what is said of the nearest against how often it held."""
    odds = slope.steepness * (slope.even - values) + _prior_log_odds(its)
    diagram = reliability_diagram(sigmoid(odds), holds, np.ones(len(values)))
    return {"ece": round(calibration_error(diagram), 4), "diagram": diagram}


def _line(its: list[Row]) -> Slope:
    """By the nearest of each search as often as they come, so that the hard cases decide; the prior of the search taken off."""
    values, holds = _nearest(its)
    intercept, slope = logistic(values[:, None], holds, np.ones(len(values)))
    return Slope(even=round(float((intercept - _prior_log_odds(its)) / -slope), 4), steepness=round(float(-slope), 3))


def _nearest(its: list[Row]) -> Row:
    values, holds = [], []
    for distance, right in its:
        first = np.argsort(distance, kind="stable")[:N_NEAREST]
        values.append(distance[first])
        holds.append(right[first])
    return np.concatenate(values), np.concatenate(holds)


def _prior_log_odds(its: list[Row]) -> float:
    prior = sum(int(right.sum()) for _, right in its) / sum(len(right) for _, right in its)
    return log(prior / (1 - prior))
