"""The route test of Korean multi-CCTV person search: in how many of a person's appearances is the person among the first k.

Table 7 of that paper: for each of 10 problems (one person: a crop and attributes) rank-k = n / h, where h is how often the person
appears on the 10 cameras and n how often one of the k candidates is right; the mean over the problems, k from 1 to 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeCondition
from haetae.domain.frame import Pixels
from haetae.training.evaluation.boxes import MIN_IOU, Boxes, ious

MAX_RANK = 5
_MIN_SHARE = 0.5  # of a tracklet's boxes that lie on one person before it is that person's


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One person who is looked for: a photo, and what is known of the person."""

    person: int
    photo: Pixels
    conditions: Sequence[AttributeCondition]


@dataclass(frozen=True, slots=True)
class Appearance:
    """A true stay of one person before one camera, seconds from its beginning."""

    person: int
    camera: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A tracklet of one camera, and whose it truly is: None where most of its boxes lie on nobody."""

    camera: str
    from_s: float
    to_s: float
    person: int | None


@dataclass(frozen=True, slots=True)
class RouteScores:
    """`by_problem[p][k - 1]` is rank-k of one problem, `ranks[k - 1]` their mean; shares 0-1."""

    ranks: tuple[float, ...]
    by_problem: tuple[tuple[float, ...], ...]
    n_appearances: int
    n_without_tracklet: int  # appearances that no tracklet covers: nothing that ranks can find them


def route_scores(
    people: Sequence[int],
    distances: NDArray[np.floating],
    tracklets: Sequence[FoundPerson],
    appearances: Sequence[Appearance],
    max_rank: int = MAX_RANK,
) -> RouteScores:
    """Scores a route estimate from `distances` (n_people, n_tracklets), small is near.

    The candidates of an appearance are the tracklets of its camera, in order of distance. Those of the same person in another
    appearance at that camera are taken out of the list, as junk is in re-identification. It is found at rank k where one of the
    first k is the person's and overlaps it in time. Raises ValueError where shapes do not fit or somebody never appears.
    """
    if distances.shape != (len(people), len(tracklets)):
        raise ValueError(f"distances are {distances.shape}, not ({len(people)}, {len(tracklets)})")
    by_problem, n_all, n_without = [], 0, 0
    for row, person in zip(distances, people, strict=True):
        own = [each for each in appearances if each.person == person]
        if not own:
            raise ValueError(f"person {person} appears nowhere")
        places = [_place(each, row, tracklets) for each in own]
        n_all += len(own)
        n_without += sum(place is None for place in places)
        hits = [[place is not None and place < k for place in places] for k in range(1, max_rank + 1)]
        by_problem.append(tuple(float(np.mean(each)) for each in hits))
    means = np.mean(np.array(by_problem), axis=0) if by_problem else np.zeros(max_rank)
    return RouteScores(tuple(means.tolist()), tuple(by_problem), n_all, n_without)


def owner(boxes: Mapping[int, Boxes], truth: Mapping[int, Mapping[int, Boxes]]) -> int | None:
    """Whose tracklet it is: `boxes` (1, 4) by frame, `truth` by frame and person; None where no person has half of its boxes."""
    votes: dict[int, int] = {}
    for frame, box in boxes.items():
        there = truth.get(frame, {})
        if not there:
            continue
        overlaps = ious(box, np.concatenate([each.reshape(-1, 4) for each in there.values()]))[0]
        best = int(overlaps.argmax())
        if overlaps[best] >= MIN_IOU:
            person = list(there)[best]
            votes[person] = votes.get(person, 0) + 1
    if not votes:
        return None
    most = max(votes, key=lambda person: votes[person])
    return most if votes[most] >= _MIN_SHARE * len(boxes) else None


def _place(appearance: Appearance, row: NDArray[np.floating], tracklets: Sequence[FoundPerson]) -> int | None:
    """The place, from 0, of the first right candidate of an appearance; None where there is none."""
    place = 0
    for i in np.argsort(row, kind="stable"):
        tracklet = tracklets[i]
        if tracklet.camera != appearance.camera:
            continue
        if tracklet.person == appearance.person:
            if tracklet.to_s >= appearance.from_s and tracklet.from_s <= appearance.to_s:
                return place
            continue  # another appearance of the same person
        place += 1
    return None
