"""Whether somebody is in the gallery: searches for people whose other sightings are left out, and for those whose are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.ranking.open_set import LIKELY, UNLIKELY, Presence, features
from haetae.training.calibration.logistic import balanced, calibration_error, log_loss, logistic, reliability_diagram, sigmoid
from haetae.training.calibration.searches import Asked, distances, same
from haetae.training.calibration.tracklets import Tracklets
from haetae.training.evaluation.open_set import open_set_rates

SHARES = (1.0, 0.4, 0.13)
"""Of the people: galleries of several sizes."""

N_NEAREST = 1000  # as many as search re-ranks
FPIRS = (0.01, 0.03, 0.1, 0.3)
RANKS = 10  # within which the person must be returned


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """(m, features), whether the person is there (m,), the best score of the ranks that count (similarity), whether the person is
    among them, and the share of the people that was searched (m,)."""

    features: NDArray[np.float64]
    there: NDArray[np.bool_]
    similarity: NDArray[np.float64]
    returned: NDArray[np.bool_]
    share: NDArray[np.float64]


def trials(people: Tracklets, asked: list[Asked], seed: int = 3) -> Trials:
    """Each search twice in each gallery: with the person's sightings by other cameras, and without any."""
    rng = np.random.default_rng(seed)
    identities = np.unique(people.identities)
    rows: list[tuple[NDArray[np.float64], bool, float, bool, float]] = []
    for share in SHARES:
        for each in asked:
            here = rng.permutation(identities)[: round(share * len(identities))]
            right, all_of = same(people, each), distances(people, each)
            strangers = np.isin(people.identities[each.gallery], here) & ~right
            for there in (True, False):
                chosen = strangers | right if there else strangers
                rows.append((*_trial(all_of[chosen], right[chosen], there), share))
    columns = list(zip(*rows, strict=True))
    return Trials(np.stack(columns[0]), *(np.array(column) for column in columns[1:]))


def presence(found: Trials) -> Presence:
    """By a logistic fit; people who are there and people who are not weigh the same."""
    coefficients = logistic(found.features, found.there, balanced(found.there))
    return Presence(tuple(round(float(each), 4) for each in coefficients))


def figures(found: Trials, measured: Presence) -> dict[str, Any]:
    """Of other people: calibration, what the plain words mean, FNIR at fixed FPIR by distance alone and by the probability."""
    coefficients = np.array(measured.coefficients)
    odds = coefficients[0] + found.features @ coefficients[1:]
    said, weights = sigmoid(odds), balanced(found.there)
    diagram = reliability_diagram(said, found.there, weights)
    return {
        "log_loss": round(log_loss(said, found.there, weights), 4),
        "ece": round(calibration_error(diagram), 4),
        "diagram": diagram,
        "words": {
            word: {"of_those_there": _share(which[found.there]), "of_those_not": _share(which[~found.there])}
            for word, which in (("likely", said >= LIKELY), ("unlikely", said <= UNLIKELY))
        },
        "open_set": {f"{share:g} of the people": _rates(found, odds, found.share == share) for share in SHARES},
    }


def _trial(near: NDArray[np.float64], right: NDArray[np.bool_], there: bool) -> tuple[NDArray[np.float64], bool, float, bool]:
    order = np.argsort(near, kind="stable")
    best, mates = order[:RANKS], right[order[:RANKS]]
    returned = bool(mates.any())
    score = -float(near[best[mates][0]] if returned else near[best[0]])
    return features(near[order[:N_NEAREST]], len(near)), there, score, returned


def _rates(found: Trials, odds: NDArray[np.float64], which: NDArray[np.bool_]) -> dict[str, Any]:
    there, not_there = which & found.there, which & ~found.there
    told: dict[str, Any] = {"n_mated": int(there.sum()), "n_unmated": int(not_there.sum()), "ranks": RANKS}
    for name, scores in (("distance", found.similarity), ("probability", odds)):
        rates = open_set_rates(scores[there], found.returned[there], scores[not_there], FPIRS)
        told[name] = {f"FNIR at FPIR {rate.fpir:g}": round(rate.fnir, 4) for rate in rates}
    return told


def _share(which: NDArray[np.bool_]) -> float:
    return round(float(which.mean()), 4)
