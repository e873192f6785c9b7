"""A very small city on film: what is drawn is what the truth says."""

from __future__ import annotations

import json
import multiprocessing
from collections import defaultdict
from pathlib import Path

import av
import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.simulator.city.city import City, city
from haetae.simulator.city.filming import Cast, Filming
from haetae.simulator.city.record import record
from haetae.simulator.city.shooting import LEAST_VISIBILITY, Shooting
from haetae.simulator.city.store import digest

pytestmark = pytest.mark.integration

SHOOTING = Shooting(ImageSize(320, 192), 5.0)
N_FRAMES = 15


@pytest.fixture(scope="module")
def small() -> City:
    return city(11, 2, N_FRAMES / SHOOTING.rate_hz / 60)


@pytest.fixture(scope="module")
def folder(small: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films and truth; the cache beside them."""
    place = tmp_path_factory.mktemp("city")
    record(small, place / "films", SHOOTING, cache=place / "cache")
    return place


def truth_of(folder: Path, camera: str) -> dict[int, dict[int, list[float]]]:
    """By frame and id: left, top, width, height, visibility."""
    found: dict[int, dict[int, list[float]]] = defaultdict(dict)
    for row in (folder / "films" / f"{camera}.gt.txt").read_text().splitlines():
        values = [float(value) for value in row.split(",")]
        assert len(values) == 9
        assert values[6:8] == [1, 1]
        found[int(values[0])][int(values[1])] = [*values[2:6], values[8]]
    return found


def test_films_run_regularly(small: City, folder: Path) -> None:
    """Every film has all its frames, frame k at k / rate seconds, in the size that was asked for."""
    for camera in small.cameras:
        with av.open(str(folder / "films" / f"{camera.id}.mp4")) as film:
            frames = list(film.decode(video=0))
        assert [round(float(frame.time) * SHOOTING.rate_hz, 3) for frame in frames] == list(range(N_FRAMES))
        assert (frames[0].width, frames[0].height) == (320, 192)


def test_truth_is_what_is_drawn(small: City, folder: Path) -> None:
    """Drawn again, the pixels of each person are as many as the line's visibility says, and lie inside the line's box."""
    camera, n_people = small.cameras[0], 0
    told = truth_of(folder, camera.id)
    filming = Filming(small, camera, SHOOTING.size, Cast(small))
    for number in (0, 7, 14):
        _, people = filming.film(number / SHOOTING.rate_hz)
        shown = {one.number: one for one in people if one.visibility >= LEAST_VISIBILITY}
        assert set(told[number + 1]) == set(shown)
        for id, (left, top, width, height, visibility) in told[number + 1].items():
            y, x = np.nonzero(filming.canvas.ids == id)
            n_people += 1
            assert visibility == pytest.approx(shown[id].visibility, abs=6e-4)
            assert x.min() >= left - 2
            assert y.min() >= top - 2
            assert x.max() <= left + width + 2
            assert y.max() <= top + height + 2
    assert n_people > 2


def test_the_film_shows_them(small: City, folder: Path) -> None:
    """Where the truth has somebody clearly visible, the film differs from the empty place."""
    camera = small.cameras[0]
    told = truth_of(folder, camera.id)
    filming = Filming(small, camera, SHOOTING.size, Cast(small))
    with av.open(str(folder / "films" / f"{camera.id}.mp4")) as film:
        first = next(film.decode(video=0)).to_ndarray(format="bgr24").astype(float)
    empty = filming.canvas.background.pixels.astype(float)
    differs = np.abs(first - empty).max(axis=2) > 25
    mean = float(differs.mean())
    for left, top, width, height, visibility in told[1].values():
        part = differs[max(0, int(top)) : int(top + height), max(0, int(left)) : int(left + width)]
        if visibility > 0.8 and part.size > 200:
            assert part.mean() > mean


def test_nothing_is_drawn_twice(small: City, folder: Path) -> None:
    """A second recording takes the films from the cache; an interrupted one leaves no process, and the next draws the rest."""
    kept = folder / "cache" / digest(small, SHOOTING)
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.mp4")}
    (kept / f"{small.cameras[1].id}.mp4").unlink()

    def interrupt(done: float, of: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(small, folder / "again", SHOOTING, cache=folder / "cache", progress=interrupt)
    assert not multiprocessing.active_children()
    record(small, folder / "again", SHOOTING, cache=folder / "cache")
    after = {path.name: path.stat().st_mtime_ns for path in kept.glob("*.mp4")}
    assert before.keys() == after.keys()
    assert before[f"{small.cameras[0].id}.mp4"] == after[f"{small.cameras[0].id}.mp4"]
    again, films = ((folder / name / f"{small.cameras[1].id}.gt.txt").read_text() for name in ("again", "films"))
    assert again == films


def test_the_document_has_the_poses(small: City, folder: Path) -> None:
    """city.json says who is seen when, and how everybody before a camera stands, second by second, in 17 key points."""
    document = json.loads((folder / "films" / "city.json").read_text())
    told = truth_of(folder, small.cameras[0].id)
    for span in document["seen"][small.cameras[0].id]:
        assert span["id"] in told[round(span["from_s"] * SHOOTING.rate_hz) + 1]
    poses = [pose for camera in small.cameras for pose in document["poses"][camera.id]]
    assert {pose["at_s"] for pose in poses} <= {0.0, 1.0, 2.0}
    assert all(np.shape(pose["keypoints"]) == (17, 3) for pose in poses)
    assert {pose["id"] for pose in poses} <= {person["id"] for person in document["identities"]}


def test_more_cameras_than_are_drawn_show_the_same_again(small: City, folder: Path) -> None:
    """With one camera drawn, the second shows the first's film, and city.json says so."""
    films = record(small, folder / "shared", SHOOTING, drawn=1, cache=folder / "cache")
    document = json.loads((folder / "shared" / "city.json").read_text())
    assert [camera["shows"] for camera in document["cameras"]] == [small.cameras[0].id] * 2
    assert len({path.read_bytes() for path in films.values()}) == 1
