"""`haetae describe PHOTO...`: the people in photos, in this process, without services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.embedding import Vectors
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.tracklet import Quality
from haetae.errors import Misconfigured, Refused
from haetae.imaging.colours import clothing_colours
from haetae.imaging.crop import crop
from haetae.imaging.photo import open_photo
from haetae.imaging.quality import assess
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.photo_people import PhotoPeople
from haetae.models.installed import Execution
from haetae.models.pull import pull
from haetae.settings import ModelsSettings, Settings

_NOT_READ = 1
_SURE = 0.6  # attributes above this are shown; all are in the JSON


@dataclass(frozen=True, slots=True)
class Described:
    """One person in one photo; the box is in pixels of the upright photo."""

    photo: str
    box: Box
    score: float
    quality: Quality
    attributes: Mapping[AttributeName, Mapping[str, float]]


def register(app: typer.Typer) -> None:
    app.command("describe", help="The people in photos: boxes, quality, attributes, colours.")(describe)


def describe(
    photos: Annotated[list[Path], typer.Argument(help="JPEG, PNG or WebP files.")],
    embeddings: Annotated[
        Path | None, typer.Option("--embeddings", help="Write the people's vectors into this .npz file.", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 1 where a photo could not be read; the others are described all the same. Nobody found is no failure."""
    settings = Settings.load().models
    describer = _Describer(settings)
    people: list[Described] = []
    vectors: list[Vectors] = []
    unread: list[str] = []
    with progress("looking at photos", total=len(photos)) as advance:
        for done, path in enumerate(photos):
            try:
                found, rows = describer.look_at(path)
                people += found
                vectors.append(rows)
            except (Refused, OSError) as error:
                unread.append(str(path))
                say(f"{path}: {error.message if isinstance(error, Refused) else error.strerror}", style="bold red")
            advance(done + 1)
    if not people:
        say("Nobody was found.", style="yellow")
    if embeddings is not None:
        _write(embeddings, people, np.concatenate([describer.nothing, *vectors]), describer.model)
    result = {"people": people, "photos": photos, "unread": unread, "model": describer.model}
    emit(result, as_json, lambda: table_of("People", _COLUMNS, [_cells(person) for person in people]))
    if unread:
        raise typer.Exit(_NOT_READ)


class _Describer:
    """Detector, embedder and classifier over networks in this process."""

    def __init__(self, settings: ModelsSettings) -> None:
        names = settings.names()
        pull(settings.folder, (names.detector, names.embedder, names.attributes), mirror=settings.mirror)
        inference = LocalInference(settings.folder, Execution(engine=settings.engine, precision=settings.precision))
        self._people = PhotoPeople(PersonDetector(inference, names.detector, deadline_s=60.0))
        self._embedder = Embedder(inference, names.embedder, deadline_s=60.0)
        self._classifier = AttributeClassifier(inference, names.attributes, deadline_s=60.0)
        self.model = str(self._embedder.model)
        self.nothing = np.empty((0, self._embedder.dimensions), dtype=np.float32)

    def look_at(self, path: Path) -> tuple[list[Described], Vectors]:
        """The people of one photo and their vectors, best detection first. Raises Refused and OSError."""
        pixels = open_photo(path.read_bytes())
        size = ImageSize(width=pixels.shape[1], height=pixels.shape[0])
        (detections,) = self._people.find([pixels])
        crops = [crop(pixels, detection.box) for detection in detections]
        seen = self._classifier.classify(crops)
        boxes = [detection.box for detection in detections]
        people = [
            Described(
                photo=str(path),
                box=detection.box,
                score=detection.score,
                quality=assess(detection.box, size, boxes[:i] + boxes[i + 1 :], crops[i]),
                attributes=_words(seen[i], crops[i]),
            )
            for i, detection in enumerate(detections)
        ]
        return people, self._embedder.embed(crops)


def _words(seen: Attributes, pixels: Pixels) -> Mapping[AttributeName, Mapping[str, float]]:
    """What the network says, and the colours that were measured."""
    return seen.merged(clothing_colours(pixels)).scores


def _write(path: Path, people: Sequence[Described], vectors: Vectors, model: str) -> None:
    """embeddings (n, d) float32, photos (n,), boxes (n, 4) float32 xyxy, model. Raises Misconfigured where that fails."""
    boxes = np.array([[p.box.x1, p.box.y1, p.box.x2, p.box.y2] for p in people], dtype=np.float32).reshape(-1, 4)
    try:
        with path.open("wb") as file:
            np.savez(
                file,
                embeddings=vectors,
                photos=np.array([p.photo for p in people], dtype=np.str_),
                boxes=boxes,
                model=np.array(model),
            )
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written: {error.strerror}.") from error


_COLUMNS = ("photo", "box", "score", "quality", "attributes")


def _cells(person: Described) -> Sequence[object]:
    box = person.box
    words = [
        f"{name} {best} {scores[best]:.2f}"
        for name, scores in person.attributes.items()
        if (best := max(scores, key=lambda value: scores[value])) and scores[best] > _SURE
    ]
    where = f"{box.x1:.0f},{box.y1:.0f} {box.width_px:.0f} x {box.height_px:.0f}"
    return (person.photo, where, person.score, person.quality.total, ", ".join(words))
