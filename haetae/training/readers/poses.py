"""Frames with true key points: of a city, or of COCO."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from haetae.errors import Misconfigured
from haetae.training.evaluation.coco import FramePoses
from haetae.training.evaluation.posing import PosedFrame
from haetae.training.readers import city_folder, coco
from haetae.training.readers.frames import film_frames
from haetae.training.readers.samples import PosedPerson, pixels

_LEAST_VISIBILITY, _LEAST_HEIGHT_PX = 0.5, 60.0


def posed_frames(data: Path, every: int = 1) -> Iterator[PosedFrame]:
    """Every n-th frame with poses. Of a city: people of 60 px or more who are at least half seen. Raises Misconfigured."""
    if city_folder.LAYOUT.fits(data):
        yield from _of_city(data, every)
    elif coco.LAYOUT.fits(data):
        yield from _of_coco(data, every)
    else:
        raise Misconfigured("The folder holds neither a city nor COCO with key points.", folder=data)


def _of_city(data: Path, every: int) -> Iterator[PosedFrame]:
    city = city_folder.city_folder(data)
    for film in city.films:
        posed = city.poses.get(film.name, {})
        wanted = dict(sorted(posed.items())[::every])
        for number, image in film_frames(film):
            people = [each for each in wanted.get(number, ()) if _plain_to_see(each)]
            if people:
                yield PosedFrame(image, _truth(people), [each.act for each in people])


def _of_coco(data: Path, every: int) -> Iterator[PosedFrame]:
    for frame in coco.coco(data)[::every]:
        if frame.keypoints is not None and len(frame.keypoints):
            known = (frame.keypoints[:, :, 2] > 0).any(axis=1)
            truth = FramePoses(frame.keypoints[known], frame.truth.asked[known])
            if known.any():
                yield PosedFrame(pixels(frame.file), truth)


def _plain_to_see(person: PosedPerson) -> bool:
    x1, y1, x2, y2 = person.box
    return person.visibility >= _LEAST_VISIBILITY and max(x2 - x1, y2 - y1) >= _LEAST_HEIGHT_PX


def _truth(people: Sequence[PosedPerson]) -> FramePoses:
    return FramePoses(np.stack([each.keypoints for each in people]), np.array([each.box for each in people], np.float32))
