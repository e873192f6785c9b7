"""MOTChallenge (MOT16, MOT17, MOT20): films as pictures in img1, their truth in gt/gt.txt, their rate in seqinfo.ini.

A row of the truth: frame from 1, id, left, top, width, height, whether it counts, class (1 pedestrian), visibility.
"""

from __future__ import annotations

from collections import defaultdict
from configparser import ConfigParser, Error
from pathlib import Path

import numpy as np

from haetae.errors import Misconfigured
from haetae.training.evaluation.tracks import FrameTracks, Tracks
from haetae.training.readers.layout import Layout, pictures, read
from haetae.training.readers.samples import Film

LAYOUT = Layout("MOTChallenge", "motchallenge.net", ("*/gt/gt.txt", "*/seqinfo.ini"))
_PEDESTRIAN = 1
_EXCUSED = {2, 7, 8, 12}  # on a vehicle, standing for ever, distractor, reflection: neither asked for nor counted against anybody


def motchallenge(folder: Path) -> list[Film]:
    """The films in `folder` or its folder train. Raises Misconfigured."""
    root = LAYOUT.root(folder, ["train", "MOT*/train"])
    return [_film(path.parent) for path in sorted(root.glob("*/seqinfo.ini")) if (path.parent / "gt" / "gt.txt").is_file()]


def true_tracks(file: Path, *, min_visibility: float = 0.0) -> Tracks:
    """The rows of a gt.txt by frame; ignored is who does not count or is seen less than that. Raises Misconfigured."""
    rows = read(file, lambda: np.loadtxt(file, delimiter=",", ndmin=2)) if file.is_file() and file.stat().st_size else _none(file)
    by_frame: dict[int, list[np.ndarray]] = defaultdict(list)
    for row in rows:
        kind = int(row[7]) if len(row) > 7 else _PEDESTRIAN
        if kind == _PEDESTRIAN or kind in _EXCUSED:
            by_frame[int(row[0])].append(row)
    return {frame: _tracks(np.array(its), min_visibility) for frame, its in by_frame.items()}


def _none(file: Path) -> np.ndarray:
    if not file.is_file():
        raise Misconfigured("There is no file of true tracks.", file=file)
    return np.zeros((0, 9))


def _tracks(rows: np.ndarray, min_visibility: float) -> FrameTracks:
    boxes = np.column_stack([rows[:, 2], rows[:, 3], rows[:, 2] + rows[:, 4], rows[:, 3] + rows[:, 5]]).astype(np.float32)
    ignored = rows[:, 6] == 0
    if rows.shape[1] > 7:
        ignored |= rows[:, 7] != _PEDESTRIAN
    if rows.shape[1] > 8:
        ignored |= rows[:, 8] < min_visibility
    return FrameTracks(rows[:, 1].astype(np.int64), boxes, np.asarray(ignored, dtype=bool))


def _film(folder: Path) -> Film:
    told = ConfigParser()
    try:
        told.read_string((folder / "seqinfo.ini").read_text(encoding="utf-8"))
        rate, where = told.getfloat("Sequence", "frameRate"), told.get("Sequence", "imDir", fallback="img1")
    except (OSError, Error, ValueError) as error:
        raise Misconfigured(f"seqinfo.ini does not say what it should ({error}).", folder=folder) from error
    return Film(folder.name, true_tracks(folder / "gt" / "gt.txt"), rate, frames=tuple(pictures(folder / where)))
