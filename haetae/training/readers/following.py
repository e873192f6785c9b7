"""Films followed by a detector, beside their true tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.tracking.tracker import TrackerSettings
from haetae.training.evaluation.following import FilmFollowing
from haetae.training.evaluation.measured import detector
from haetae.training.evaluation.tracks import FrameTracks, Tracks
from haetae.training.readers.frames import clipped_tracks, film_frames
from haetae.training.readers.samples import Film

_APART = 1_000_000  # frames and ids between films that are counted as one


def following(
    film: Film,
    network: str,
    models: Path | None,
    input_size: Callable[[Pixels], ImageSize],
    every: int,
    progress: Callable[[int], None] = lambda done: None,
) -> FilmFollowing:
    """The film followed to its end, every n-th frame looked at. Raises Misconfigured where there is no such network."""
    looks = detector(network, models, min_score=TrackerSettings().unsure_score)
    done = FilmFollowing(film.name, looks, input_size, film.rate_hz)
    done.follow(film_frames(film, every), progress)
    return done


def film_tracks(film: Film, done: FilmFollowing, every: int) -> tuple[Tracks, Tracks]:
    """True tracks and those found, of the frames that were looked at."""
    truth = {number: frame for number, frame in film.truth.items() if (number - 1) % every == 0}
    return clipped_tracks(truth, done.size), done.tracks()


def one_after_another(films: Sequence[tuple[Tracks, Tracks]]) -> tuple[Tracks, Tracks]:
    """Films as one long film, in which nobody is in two of them."""
    truth: dict[int, FrameTracks] = {}
    found: dict[int, FrameTracks] = {}
    for i, both in enumerate(films):
        for into, tracks in zip((truth, found), both, strict=True):
            into |= {number + i * _APART: _renamed(frame, i * _APART) for number, frame in tracks.items()}
    return truth, found


def _renamed(frame: FrameTracks, by: int) -> FrameTracks:
    return FrameTracks(np.asarray(frame.ids + by, np.int64), frame.boxes, frame.ignored)
