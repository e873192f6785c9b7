"""A city's films followed and embedded once, kept for everything that is measured on them afterwards."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.embedding import Vectors, pooled
from haetae.domain.geometry import GeoPoint, ImageSize
from haetae.domain.ids import CameraId
from haetae.imaging.colours import clothing_colours
from haetae.store.documents import attributes_from_json, attributes_to_json
from haetae.training.evaluation.measured import classifier, embedder, sized
from haetae.training.evaluation.route import Appearance, FoundPerson
from haetae.training.evaluation.routing import SHOTS, owned
from haetae.training.readers.city_folder import city_folder
from haetae.training.readers.following import film_tracks, following
from haetae.training.readers.problems import SEEN_SHARE, appearances, problems
from services.reid.pipeline import MIN_WEIGHT, averaged

_INPUT = ImageSize(width=640, height=384)


@dataclass(frozen=True, slots=True, eq=False)
class FollowedCity:
    """`vectors` (n_tracklets, d) by embedder, in the order of `tracklets`; `probes` (n_problems, d) by embedder, in the order of
    `people`; all unit rows. `attributes` were read from each tracklet, `conditions` are true of each problem's person.
    """

    tracklets: tuple[FoundPerson, ...]
    vectors: Mapping[str, Vectors]
    attributes: tuple[Attributes, ...]
    people: tuple[int, ...]
    probes: Mapping[str, Vectors]
    conditions: tuple[tuple[AttributeCondition, ...], ...]
    stays: tuple[Appearance, ...]
    positions: Mapping[CameraId, GeoPoint]
    seed: int


@dataclass(frozen=True, slots=True)
class Watching:
    """What follows, embeds and describes."""

    detector: str = "haetae-detector"
    embedders: tuple[str, ...] = ("haetae-reid", "reid-0288")
    classifier: str = "haetae-attributes"
    models: Path | None = None


def followed_city(folder: Path, kept: Path, how: Watching, n_problems: int) -> FollowedCity:
    """Of the city in `folder`; out of the file `kept` where it is there, else measured (minutes) and put there."""
    if not kept.is_file():
        _measure(folder, kept, how, n_problems)
    with np.load(kept) as data:
        told = json.loads(str(data["told"]))
        vectors = {name: data[f"vectors {name}"] for name in told["embedders"]}
        probes = {name: data[f"probes {name}"] for name in told["embedders"]}
    return FollowedCity(
        tracklets=tuple(FoundPerson(*row) for row in told["tracklets"]),
        vectors=vectors,
        attributes=tuple(attributes_from_json(each) for each in told["attributes"]),
        people=tuple(told["people"]),
        probes=probes,
        conditions=tuple(
            tuple(AttributeCondition(AttributeName(name), tuple(values)) for name, values in each) for each in told["conditions"]
        ),
        stays=tuple(Appearance(*row) for row in told["stays"]),
        positions=positions_of(folder),
        seed=told["seed"],
    )


def positions_of(folder: Path) -> dict[CameraId, GeoPoint]:
    """Where the cameras of a drawn city stand."""
    cameras = json.loads((folder / "city.json").read_text(encoding="utf-8"))["cameras"]
    return {CameraId(each["id"]): GeoPoint(each["latitude"], each["longitude"]) for each in cameras}


def _measure(folder: Path, kept: Path, how: Watching, n_problems: int) -> None:
    data = city_folder(folder, min_visibility=SEEN_SHARE)
    stays = appearances(data)
    asked = problems(data, stays, n_problems, data.seed)
    embed = {name: embedder(name, how.models).embed for name in how.embedders}
    classify = classifier(how.classifier, how.models).classify
    owners: list[FoundPerson] = []
    described: list[object] = []
    vectors: dict[str, list[NDArray[np.float32]]] = {name: [] for name in embed}
    for film in data.films:
        done = following(film, how.detector, how.models, sized(_INPUT), 1)
        owners += owned(film.name, done.people, film_tracks(film, done, 1)[0])
        for each in done.people:
            crops, weights = each.crops[:SHOTS], np.maximum(np.array(each.qualities[:SHOTS]), MIN_WEIGHT)
            for name, its in embed.items():
                vectors[name].append(pooled(its(crops), weights))
            read = zip(classify(crops), crops, weights.tolist(), strict=True)
            described.append(attributes_to_json(averaged([(seen.merged(clothing_colours(crop)), w) for seen, crop, w in read])))
        print(f"{film.name}: {len(done.people)} tracklets", file=sys.stderr, flush=True)
    told = {
        "tracklets": [(each.camera, each.from_s, each.to_s, each.person) for each in owners],
        "attributes": described,
        "people": [problem.person for problem in asked],
        "conditions": [[(each.name.value, each.values) for each in problem.conditions] for problem in asked],
        "stays": [(each.person, each.camera, each.from_s, each.to_s) for each in stays],
        "embedders": list(embed),
        "seed": data.seed,
    }
    arrays = {f"vectors {name}": np.stack(rows) for name, rows in vectors.items()}
    arrays |= {f"probes {name}": its([problem.photo for problem in asked]) for name, its in embed.items()}
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(kept, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]
