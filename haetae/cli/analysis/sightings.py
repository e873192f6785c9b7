"""One JSON line a sighting: when, what the person looks like, and the best shots. Times in seconds of the video."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from haetae.cli.analysis.following import Person
from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box
from haetae.domain.tracklet import BestShot
from haetae.errors import Poison
from haetae.imaging.colours import clothing_colours
from haetae.imaging.jpeg import decode
from haetae.inference.attribute_classifier import AttributeClassifier
from services.reid.pipeline import MIN_WEIGHT, averaged

_COLOURS = {AttributeName.UPPER_COLOUR: "upper", AttributeName.LOWER_COLOUR: "lower"}


class Describer:
    """Says what people look like, as reid does: over their best shots, weighted by quality, measured colours first."""

    def __init__(self, classifier: AttributeClassifier) -> None:
        self._classifier = classifier

    def attributes(self, person: Person) -> Attributes:
        """The person's attributes."""
        shots = [(shot, pixels) for shot in person.tracklet.best_shots if (pixels := _pixels(person, shot)) is not None]
        read = self._classifier.classify([pixels for _, pixels in shots])
        return averaged(
            [
                (seen.merged(clothing_colours(pixels)), max(shot.quality.total, MIN_WEIGHT))
                for (shot, pixels), seen in zip(shots, read, strict=True)
            ]
        )


def line(person: Person, attributes: Attributes, began: datetime) -> dict[str, object]:
    """A sighting as plain values; `began` is the capture time of the video's first frame."""
    tracklet = person.tracklet
    shots = [_shot(shot, began) for shot in tracklet.best_shots]
    return {
        "id": person.id,
        "started_s": _seconds(tracklet.started_at, began),
        "ended_s": _seconds(tracklet.ended_at, began),
        "n_detections": tracklet.n_detections,
        "attributes": {
            name.value: _rounded(scores) for name, scores in sorted(attributes.scores.items()) if name not in _COLOURS
        },
        "colours": {part: _rounded(attributes.scores[name]) for name, part in _COLOURS.items() if name in attributes.scores},
        "best_shot": shots[0],
        "best_shots": shots,
        "path": [{"at_s": _seconds(point.captured_at, began), "box": _corners(point.box)} for point in tracklet.path],
        "frame_size": {"width": tracklet.frame_size.width, "height": tracklet.frame_size.height},
    }


def _shot(shot: BestShot, began: datetime) -> dict[str, object]:
    return {
        "at_s": _seconds(shot.captured_at, began),
        "box": _corners(shot.box),
        "score": round(shot.score, 4),
        "quality": round(shot.quality.total, 4),
    }


def _pixels(person: Person, shot: BestShot) -> Pixels | None:
    try:
        return decode(person.crops[shot.blob_key])
    except Poison:
        return None


def _corners(box: Box) -> list[float]:
    """x1, y1, x2, y2 in pixels of the video."""
    return [round(value, 2) for value in (box.x1, box.y1, box.x2, box.y2)]


def _seconds(instant: datetime, began: datetime) -> float:
    return round((instant - began).total_seconds(), 3)


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {value: round(score, 4) for value, score in scores.items()}
