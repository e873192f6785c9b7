"""Frames with true boxes, wherever they come from: labelled clips, a city, films, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.training.evaluation.boxes import FrameTruth, turned
from haetae.training.evaluation.detecting import TrueFrame
from haetae.training.evaluation.labels import labelled_frames, pixels_of
from haetae.training.evaluation.tracks import NOBODY, FrameTracks, Tracks
from haetae.training.readers import city_folder, coco, crowdhuman, motchallenge
from haetae.training.readers.samples import Film, PeopleFrame, pixels


@dataclass(frozen=True, slots=True)
class FrameSource:
    """Which frames: those that `labels` name of `clips`, or those of the data set in the folder `data`, of films every n-th.

    People of films who are seen less than `min_visibility` are neither asked for nor counted against anybody. `turned`: each
    frame is turned by 90 degrees anticlockwise, as if its people lay on the ground.
    """

    labels: Path | None = None
    clips: Path | None = None
    data: Path | None = None
    every: int = 15
    min_visibility: float = 0.25
    turned: bool = False

    def __iter__(self) -> Iterator[TrueFrame]:
        """Raises Misconfigured where data is missing."""
        for frame in self._frames():
            if self.turned:
                lying = turned(frame.truth, frame.pixels.shape[1])
                frame = TrueFrame(frame.source, np.ascontiguousarray(np.rot90(frame.pixels)), lying)
            yield frame

    def _frames(self) -> Iterator[TrueFrame]:
        if self.labels is not None and self.clips is not None:
            for frame, image in pixels_of(labelled_frames(self.labels), self.clips):
                yield TrueFrame(frame.clip, image, frame.truth)
        elif self.data is not None:
            yield from self._of_data(self.data)
        else:
            raise Misconfigured("Say which frames: --labels FILE with --clips FOLDER, or --data FOLDER.")

    def count(self) -> int | None:
        """How many frames there are, where that is cheap to know."""
        return len(labelled_frames(self.labels)) if self.labels is not None else None

    def _of_data(self, data: Path) -> Iterator[TrueFrame]:
        films = films_in(data, self.min_visibility)
        if films is not None:
            acts = acts_in(data)
            for film in films:
                for number, image in film_frames(film, self.every):
                    truth = clipped(film.truth.get(number, NOBODY), size_of(image))
                    yield TrueFrame(film.name, image, true_people(truth, acts.get((film.name, number), {})))
            return
        for each in _pictures_in(data):
            yield TrueFrame(data.name, pixels(each.file), each.truth)


def films_in(data: Path, min_visibility: float) -> list[Film] | None:
    """The films of a city or of MOTChallenge in the folder; None where it is neither."""
    if city_folder.LAYOUT.fits(data):
        return list(city_folder.city_folder(data, min_visibility=min_visibility).films)
    if motchallenge.LAYOUT.fits(data) or motchallenge.LAYOUT.fits(data / "train"):
        return motchallenge.motchallenge(data)
    return None


def films_of(data: Path, min_visibility: float) -> list[Film]:
    """The films in the folder. Raises Misconfigured where there are none."""
    films = films_in(data, min_visibility)
    if not films:
        raise Misconfigured("The folder holds neither a city nor MOTChallenge.", folder=data)
    return films


def film_frames(film: Film, every: int = 1) -> Iterator[tuple[int, Pixels]]:
    """Every n-th frame with its number, from 1."""
    if film.video is None:
        for number, file in enumerate(film.frames, start=1):
            if (number - 1) % every == 0:
                yield number, pixels(file)
        return
    with av.open(str(film.video)) as container:
        container.streams.video[0].thread_type = "NONE"
        for number, image in enumerate(container.decode(video=0), start=1):
            if (number - 1) % every == 0:
                yield number, image.to_ndarray(format="bgr24")


def size_of(image: Pixels) -> ImageSize:
    return ImageSize(width=image.shape[1], height=image.shape[0])


def clipped(frame: FrameTracks, size: ImageSize) -> FrameTracks:
    """The same people with the part of their boxes that lies in the picture; who lies wholly outside is left out."""
    boxes = frame.boxes.copy()
    boxes[:, 0::2], boxes[:, 1::2] = boxes[:, 0::2].clip(0, size.width), boxes[:, 1::2].clip(0, size.height)
    inside = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return FrameTracks(frame.ids[inside], boxes[inside], None if frame.ignored is None else frame.ignored[inside])


def clipped_tracks(tracks: Tracks, size: ImageSize) -> Tracks:
    """Every frame clipped."""
    return {number: clipped(frame, size) for number, frame in tracks.items()}


def acts_in(data: Path) -> dict[tuple[str, int], dict[int, str]]:
    """By film and frame: what each person of a city does, where that is told (about once a second)."""
    if not city_folder.LAYOUT.fits(data):
        return {}
    poses = city_folder.city_folder(data).poses
    return {(film, n): {one.id: one.act for one in its} for film, frames in poses.items() for n, its in frames.items()}


def true_people(frame: FrameTracks, acts: Mapping[int, str]) -> FrameTruth:
    """The boxes of a frame without their ids; with what they do where all of that is known."""
    told = tuple(acts.get(int(id), "") for id in frame.ids)
    none = frame.ids != frame.ids
    return FrameTruth(frame.boxes, none if frame.ignored is None else frame.ignored, told if all(told) else ())


def _pictures_in(data: Path) -> list[PeopleFrame]:
    if crowdhuman.LAYOUT.fits(data):
        return crowdhuman.crowdhuman(data)
    if coco.LAYOUT.fits(data):
        return coco.coco(data)
    raise Misconfigured("The folder holds no city, MOTChallenge, COCO or CrowdHuman.", folder=data)
