"""Whether real people are found again by one camera some seconds later: hand-checked identities of a clip nobody learnt from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import normalised
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box
from haetae.errors import Misconfigured
from haetae.imaging.crop import crop
from haetae.training.detection.labels import overlaps

_SAME_PLACE = 0.3  # overlap from which somebody has not moved since
_QUALITY = 75  # of the JPEG that a person made small goes through

Embed = Callable[[Sequence[Pixels]], NDArray[np.floating]]
"""Crops to (n, d) embeddings."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Somebody in a frame. `box` is xyxy px."""

    person: int
    frame: int
    box: tuple[float, float, float, float]
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class OverTime:
    """Shares 0-1: over all queries, and as the mean over people, of whom some stand still for long."""

    rank1: float
    mean_average_precision: float
    rank1_by_person: float
    n_queries: int


def appearances(labels: Path, clips: Path, height_px: int | None = None) -> list[Appearance]:
    """The crops that a file of labels names, out of its clip; made `height_px` tall where asked for, as people far away are.

    Raises Misconfigured where the clip is not there.
    """
    known = json.loads(labels.read_text(encoding="utf-8"))
    wanted: dict[int, list[tuple[int, tuple[float, float, float, float]]]] = {}
    for row in known["crops"]:
        wanted.setdefault(int(row["frame"]), []).append((int(row["person"]), tuple(row["box"])))
    clip = clips / known["clip"]
    if not clip.is_file():
        raise Misconfigured(f"{labels.name} is about {known['clip']}: put that clip into {clips}.")
    found = []
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number in wanted:
                pixels = picture.to_ndarray(format="bgr24")
                found += [Appearance(p, number, box, _small(crop(pixels, Box(*box)), height_px)) for p, box in wanted[number]]
    return found


def over_time(embed: Embed, people: Sequence[Appearance], apart_frames: int, *, moved: bool = False) -> OverTime:
    """Each appearance asks for its person among all that are at least `apart_frames` away in time.

    With `moved` those of the same person at the same place are left out, too: behind them is the same background. Appearances
    without a right answer do not ask.
    """
    rows = normalised(np.asarray(embed([each.pixels for each in people]), dtype=np.float32))
    similarities = rows @ rows.T
    persons, frames = (np.array([getattr(each, name) for each in people]) for name in ("person", "frame"))
    boxes = np.array([each.box for each in people], np.float32)
    still = (persons[:, None] == persons[None, :]) & (overlaps(boxes, boxes) > _SAME_PLACE)
    asked, firsts, precisions = [], [], []
    for i in range(len(people)):
        listed = np.abs(frames - frames[i]) >= apart_frames
        if moved:
            listed &= ~still[i]
        right = (persons[listed] == persons[i])[np.argsort(-similarities[i][listed], kind="stable")]
        if right.any():
            at = np.flatnonzero(right)
            asked.append(persons[i])
            firsts.append(float(right[0]))
            precisions.append(float((np.arange(1, len(at) + 1) / (at + 1)).mean()))
    by_person = [np.mean([first for who, first in zip(asked, firsts, strict=True) if who == person]) for person in set(asked)]
    return OverTime(float(np.mean(firsts)), float(np.mean(precisions)), float(np.mean(by_person)), len(firsts))


def _small(pixels: Pixels, height_px: int | None) -> Pixels:
    if height_px is None or pixels.shape[0] <= height_px:
        return pixels
    width = max(4, round(pixels.shape[1] * height_px / pixels.shape[0]))
    small = cv2.resize(pixels, (width, height_px), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
