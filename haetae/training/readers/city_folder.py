"""The simulated city's folder: <camera>.mp4, <camera>.gt.txt and city.json, as `haetae city --out FOLDER` writes it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from haetae.domain.attributes import AttributeName
from haetae.training.evaluation.route import Appearance
from haetae.training.readers.layout import Layout, read
from haetae.training.readers.motchallenge import true_tracks
from haetae.training.readers.samples import Film, PosedPerson

LAYOUT = Layout("A city", "`haetae city --out FOLDER` draws one", ("city.json", "*.mp4", "*.gt.txt"))


@dataclass(frozen=True, slots=True)
class CityData:
    """`identity_seeds` and `attributes` by number of the person; `appearances` are the stays before cameras; `poses` by camera
    and frame, of about one frame a second."""

    seed: int
    minutes: float
    n_cameras: int
    films: tuple[Film, ...]
    identity_seeds: Mapping[int, int]
    outfit_of: Mapping[int, int]
    attributes: Mapping[int, Mapping[AttributeName, str]]
    appearances: tuple[Appearance, ...]
    poses: Mapping[str, Mapping[int, Sequence[PosedPerson]]]


def city_folder(folder: Path, *, min_visibility: float = 0.0) -> CityData:
    """What is true in the city of the folder, its films by camera. Raises Misconfigured."""
    root = LAYOUT.root(folder)
    file = root / "city.json"
    told: dict[str, Any] = read(file, lambda: json.loads(file.read_text(encoding="utf-8")))
    films = tuple(
        _film(root, camera["id"], min_visibility) for camera in told["cameras"] if (root / f"{camera['id']}.mp4").is_file()
    )
    return read(file, lambda: _data(told, films))


def _data(told: dict[str, Any], films: tuple[Film, ...]) -> CityData:
    people = told["identities"]
    return CityData(
        seed=int(told["seed"]),
        minutes=float(told.get("minutes", 0)),
        n_cameras=len(told["cameras"]),
        films=films,
        identity_seeds={int(each["id"]): int(each["seed"]) for each in people},
        outfit_of={int(each["id"]): int(each["outfit_of"]) for each in people if each.get("outfit_of")},
        attributes={int(each["id"]): {AttributeName(n): str(v) for n, v in each["attributes"].items()} for each in people},
        appearances=tuple(
            Appearance(int(person), str(visit["camera"]), float(visit["from_s"]), float(visit["to_s"]))
            for person, visits in told["routes"].items()
            for visit in visits
        ),
        poses={film.name: _poses(told.get("poses", {}).get(film.name, ()), film.rate_hz) for film in films},
    )


def _poses(rows: Sequence[dict[str, Any]], rate_hz: float) -> dict[int, list[PosedPerson]]:
    by_frame: dict[int, list[PosedPerson]] = defaultdict(list)
    for row in rows:
        x1, y1, x2, y2 = (float(value) for value in row["box"])
        points = np.array(row["keypoints"], np.float32).reshape(17, 3)
        number = round(float(row["at_s"]) * rate_hz) + 1
        by_frame[number].append(PosedPerson(int(row["id"]), (x1, y1, x2, y2), points, float(row["visibility"]), str(row["act"])))
    return dict(by_frame)


def _film(root: Path, camera: str, min_visibility: float) -> Film:
    video = root / f"{camera}.mp4"
    with av.open(str(video)) as container:
        rate = float(container.streams.video[0].average_rate or 15)
    return Film(camera, true_tracks(root / f"{camera}.gt.txt", min_visibility=min_visibility), rate, video=video)
