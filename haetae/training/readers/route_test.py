"""The route test on a city's folder, from its films to the figures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from haetae.domain.geometry import ImageSize
from haetae.models.calibration import calibration_of
from haetae.ranking.evidence import UNMEASURED
from haetae.training.evaluation.following import FollowedPerson
from haetae.training.evaluation.measured import classifier, embedder, sized
from haetae.training.evaluation.route import FoundPerson
from haetae.training.evaluation.routing import Reading, RouteReport, owned, route_report
from haetae.training.readers.city_folder import city_folder
from haetae.training.readers.following import film_tracks, following
from haetae.training.readers.problems import SEEN_SHARE, appearances, problems

Bars = Callable[[str, float | None], AbstractContextManager[Callable[[float], None]]]
"""Opens a progress bar: what is done, and of how many."""


@dataclass(frozen=True, slots=True)
class RouteNetworks:
    """Which networks are tested, and how. `attributes` None: by the photo alone."""

    detector: str
    embedder: str
    attributes: str | None
    models: Path | None
    input_size: ImageSize


def route_test(folder: Path, networks: RouteNetworks, *, n_problems: int, seed: int, every: int, bars: Bars) -> RouteReport:
    """Follows every film (every n-th frame), draws the problems and asks them. Raises Misconfigured."""
    data = city_folder(folder, min_visibility=SEEN_SHARE)
    stays = appearances(data)
    with bars("drawing the photos", n_problems):
        asked = problems(data, stays, n_problems, seed)
    people: list[FollowedPerson] = []
    owners: list[FoundPerson] = []
    for film in data.films:
        with bars(f"following {film.name}", data.minutes * 60 * film.rate_hz) as advance:
            done = following(film, networks.detector, networks.models, sized(networks.input_size), every, advance)
        people += done.people
        owners += owned(film.name, done.people, film_tracks(film, done, every)[0])
    with bars("embedding tracklets", len(people)) as advance:
        classify = classifier(networks.attributes, networks.models).classify if networks.attributes else None
        embed = embedder(networks.embedder, networks.models).embed
        reliability = calibration_of(networks.attributes).reliability if networks.attributes else UNMEASURED
        reading = Reading(embed, classify, calibration_of(networks.embedder).likeness, reliability)
        return route_report(asked, people, owners, stays, reading, advance)
