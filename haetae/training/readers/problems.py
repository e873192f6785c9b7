"""The problems that a city poses to the route test: people drawn by chance, each with a photo by a camera elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haetae.domain.attributes import AttributeCondition, AttributeName
from haetae.domain.frame import Pixels
from haetae.errors import Misconfigured
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.identity import Identity, identity, look_alike
from haetae.training.evaluation.route import Appearance, Problem
from haetae.training.evaluation.tracks import Tracks
from haetae.training.readers.city_folder import CityData
from haetae.training.reid.cameras import BankCamera, bank_cameras
from haetae.training.reid.framing import inner
from haetae.training.reid.shots import shot

_CAMERAS_SEED = 2_900_000  # of the cameras that took the photos: none of the city's, none that a recipe learns from
_N_CAMERAS = 4
_LEAST_PHOTO_PX, _LEAST_PHOTO_SEEN = 90.0, 0.95
_ATTEMPTS = 60
_SEEN_S, _SEEN_PX = 1.0, 60.0
SEEN_SHARE = 0.3
"""Of a person, from which the person counts as seen: read the city with it as least visibility."""


def appearances(data: CityData) -> list[Appearance]:
    """The stays of people before cameras in which there was anything to see: for a second in all the person showed by three
    tenths or more, and 60 px tall."""
    films = {film.name: film for film in data.films}
    return [
        each
        for each in data.appearances
        if (film := films.get(each.camera)) is not None and _seen_s(each, film.truth, film.rate_hz) >= _SEEN_S
    ]


def problems(data: CityData, stays: Sequence[Appearance], n: int, seed: int) -> list[Problem]:
    """`n` people who appear before at least two cameras, drawn by chance, each with a photo by a camera elsewhere.

    Raises Misconfigured where the city has fewer such people whose looks today's drawing still gives.
    """
    rng = np.random.default_rng((seed, 7))
    cameras_of: dict[int, set[str]] = {}
    for stay in stays:
        cameras_of.setdefault(stay.person, set()).add(stay.camera)
    able = sorted(person for person, cameras in cameras_of.items() if len(cameras) >= 2)
    photographers = bank_cameras(_N_CAMERAS, _CAMERAS_SEED)
    found: list[Problem] = []
    for person in rng.permutation(np.array(able, dtype=np.int64)).tolist():
        who = _identity(data, person)
        if who is not None and len(found) < n:
            photo = _photo(figure(who, levels=(0.020,)), photographers, rng)
            found.append(Problem(person, photo, _conditions(data.attributes[person])))
    if len(found) < n:
        raise Misconfigured(
            f"{n} problems need as many people who are seen by two cameras; the city has {len(able)}, of whom {len(found)} look "
            "today as they did when it was drawn: draw a larger one, or draw it again."
        )
    return found


def _identity(data: CityData, person: int) -> Identity | None:
    """Who it is, with or without the work clothes: as the city's file describes the person. None where nobody is."""
    seed, outfit_of = data.identity_seeds[person], data.outfit_of.get(person)
    for worker in (None, True):
        first = identity(seed if outfit_of is None else outfit_of, worker=worker)
        who = first if outfit_of is None else look_alike(first, seed)
        if dict(who.attributes) == dict(data.attributes[person]):
            return who
    return None


def _photo(body: Figure, cameras: Sequence[BankCamera], rng: np.random.Generator) -> Pixels:
    """The first photo that shows the person large, whole and free; the best of all where none does."""
    best: tuple[float, Pixels] | None = None
    for _ in range(_ATTEMPTS):
        taken = shot(cameras[int(rng.integers(len(cameras)))], body, (), rng)
        if taken is None:
            continue
        whole = taken.cut_above < 0.02 and taken.cut_below < 0.02
        if whole and taken.height_px >= _LEAST_PHOTO_PX and taken.seen >= _LEAST_PHOTO_SEEN:
            return inner(taken.pixels)
        if best is None or taken.height_px > best[0]:
            best = (taken.height_px, inner(taken.pixels))
    if best is None:
        raise Misconfigured("No photo of a person could be drawn.")
    return best[1]


def _conditions(attributes: Mapping[AttributeName, str]) -> list[AttributeCondition]:
    return [AttributeCondition(name, (value,)) for name, value in attributes.items() if name is not AttributeName.DIRECTION]


def _seen_s(stay: Appearance, truth: Tracks, rate_hz: float) -> float:
    n = 0
    for number in range(round(stay.from_s * rate_hz) + 1, round(stay.to_s * rate_hz) + 2):
        frame = truth.get(number)
        if frame is None:
            continue
        at = np.flatnonzero(frame.ids == stay.person)
        if len(at) and frame.ignored is not None and not frame.ignored[at[0]]:
            n += float(frame.boxes[at[0], 3] - frame.boxes[at[0], 1]) >= _SEEN_PX
    return n / rate_hz
