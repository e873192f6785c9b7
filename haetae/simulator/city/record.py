"""A city as files: a film and its MOT16 ground truth for each camera, and one document with everything else."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import cv2

import haetae.simulator
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.city import truth
from haetae.simulator.city.city import City
from haetae.simulator.city.encoding import Coding, Movie, joined
from haetae.simulator.city.filming import Cast, Filming, Seen
from haetae.simulator.city.map import CityCamera

SEGMENT_S = 20.0  # what an interrupted recording loses at most, of each camera that was being drawn
POSES_EVERY_S = 1.0
LEAST_VISIBILITY = 0.02
Progress = Callable[[float, float], None]
"""Takes frames done and frames in all."""


@dataclass(frozen=True, slots=True)
class Shooting:
    """How a city is filmed. Sizes and rates are those of the files."""

    size: ImageSize = field(default_factory=lambda: ImageSize(1280, 720))
    rate_hz: float = 15.0

    def __post_init__(self) -> None:
        if self.size.width % 2 or self.size.height % 2 or not (64 <= self.size.width <= 3840 and 64 <= self.size.height <= 2160):
            raise Misconfigured("Films are 64x64 to 3840x2160 pixels, both sides even", size=self.size)
        if not 1 <= self.rate_hz <= 60:
            raise Misconfigured("Films have 1 to 60 frames a second", rate=self.rate_hz)


def default_cache() -> Path:
    """Where drawn films are kept to be used again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "haetae" / "city"


def record(
    city: City,
    folder: Path,
    shooting: Shooting,
    *,
    drawn: int | None = None,
    cache: Path | None = None,
    progress: Progress = lambda done, of: None,
) -> dict[str, Path]:
    """Films by camera, in `folder` beside <camera>.gt.txt and city.json. What was drawn before, even in part, is used again.

    Of more than `drawn` cameras only the first so many are drawn: the others show the same films again, as city.json says.
    """
    n_drawn = min(drawn or len(city.cameras), len(city.cameras))
    store = (cache or default_cache()) / digest(city, shooting)
    store.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    cameras = city.cameras[:n_drawn]
    _draw_all(city, cameras, shooting, store, progress)
    shown = {camera.id: cameras[k % n_drawn].id for k, camera in enumerate(city.cameras)}
    films = {}
    for camera in city.cameras:
        films[camera.id] = folder / f"{camera.id}.mp4"
        _placed(store / f"{shown[camera.id]}.mp4", films[camera.id])
        _placed(store / f"{shown[camera.id]}.gt.txt", folder / f"{camera.id}.gt.txt")
    _write_document(city, shooting, shown, store, folder / "city.json")
    return films


def digest(city: City, shooting: Shooting) -> str:
    """Stands for everything that decides what the films look like: the city, how it is filmed, and the code that draws."""
    told = [city.seed, city.minutes, city.part, [c.id for c in city.cameras], repr(city.map), repr(city.walkers), repr(shooting)]
    return hashlib.sha256(json.dumps([*told, _code()]).encode()).hexdigest()[:20]


@cache
def _code() -> str:
    """A digest of the rooms that draw."""
    here = Path(haetae.simulator.__file__).parent
    whole = hashlib.sha256()
    for room in ("city", "drawing", "people"):
        for file in sorted((here / room).rglob("*.py")):
            whole.update(file.read_bytes())
    return whole.hexdigest()


def _draw_all(city: City, cameras: Sequence[CityCamera], shooting: Shooting, store: Path, progress: Progress) -> None:
    """One process a core; each takes a camera after the other, or a part of one where there are fewer cameras than cores."""
    n_frames = round(city.duration_s * shooting.rate_hz)
    total = float(n_frames * len(cameras))
    missing = [camera for camera in cameras if not (store / f"{camera.id}.mp4").exists()]
    context = multiprocessing.get_context("spawn")
    counted = context.Value("d", total - n_frames * len(missing))
    n_processes = max(1, min(len(os.sched_getaffinity(0)), 64))
    n_parts = max(1, -(-n_processes // max(1, len(missing))))
    jobs = [(camera.id, part, n_parts) for camera in missing for part in range(n_parts)]
    progress(counted.value, total)
    if jobs:
        workers = min(n_processes, len(jobs))
        with ProcessPoolExecutor(workers, context, _begin_worker, (city, shooting, store, counted)) as pool:
            futures = {pool.submit(_draw_part, *job) for job in jobs}
            try:
                while futures:
                    done, futures = wait(futures, timeout=0.3, return_when=FIRST_EXCEPTION)
                    for each in done:
                        each.result()
                    progress(counted.value, total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in list((pool._processes or {}).values()):
                    process.terminate()
                raise
    for camera in missing:
        _finish_camera(camera.id, n_frames, shooting, store)
    progress(total, total)


_worker: dict[str, Any] = {}


def _begin_worker(city: City, shooting: Shooting, store: Path, counted: Synchronized[float]) -> None:
    cv2.setNumThreads(1)
    _worker.update(city=city, shooting=shooting, store=store, counted=counted, figures=Cast(city))


def _draw_part(camera_id: str, part: int, n_parts: int) -> None:
    city, shooting, store = _worker["city"], _worker["shooting"], _worker["store"]
    segments = segments_of(city, shooting)
    mine = [k for k in range(len(segments)) if k * n_parts // len(segments) == part]
    filming: Filming | None = None
    for k in mine:
        first, end = segments[k]
        if not (store / f"{camera_id}-{k}.json").exists():
            filming = filming or Filming(city, city.map.camera(camera_id), shooting.size, _worker["figures"])
            _draw_segment(filming, city, camera_id, (k, first, end))
        else:
            _count(end - first)


def segments_of(city: City, shooting: Shooting) -> list[tuple[int, int]]:
    """(first, end) frames of each segment."""
    n_frames, step = round(city.duration_s * shooting.rate_hz), max(1, round(SEGMENT_S * shooting.rate_hz))
    return [(first, min(first + step, n_frames)) for first in range(0, n_frames, step)]


def _draw_segment(filming: Filming, city: City, camera_id: str, segment: tuple[int, int, int]) -> None:
    shooting: Shooting = _worker["shooting"]
    store: Path = _worker["store"]
    k, first, end = segment
    rows: list[str] = []
    poses: list[dict[str, Any]] = []
    every = max(1, round(POSES_EVERY_S * shooting.rate_hz))
    coding = Coding(shooting.size, shooting.rate_hz, quality=24 + city.map.camera(camera_id).seed % 6)
    with Movie(store / f"{camera_id}-{k}.mp4", coding) as movie:
        for number in range(first, end):
            picture, people = filming.film(number / shooting.rate_hz)
            movie.add(picture)
            rows += [row for one in people if (row := mot_row(number + 1, one, shooting.size))]
            if number % every == 0:
                poses += [_pose(number / shooting.rate_hz, one) for one in people if one.visibility >= LEAST_VISIBILITY]
            if (number - first) % 10 == 9:
                _count(10)
    _count((end - first) % 10)
    told = store / f".{camera_id}-{k}.json.part"
    told.write_text(json.dumps({"gt": rows, "poses": poses}), encoding="utf-8")
    told.replace(store / f"{camera_id}-{k}.json")


def _count(frames: int) -> None:
    counted = _worker["counted"]
    with counted.get_lock():
        counted.value += frames


def mot_row(frame: int, seen: Seen, size: ImageSize) -> str | None:
    """A line of MOT16 ground truth; None for whoever shows nothing. Boxes are the full extent and may leave the picture."""
    x1, y1, x2, y2 = seen.box
    if seen.visibility < LEAST_VISIBILITY or x2 <= 0 or y2 <= 0 or x1 >= size.width or y1 >= size.height:
        return None
    return f"{frame},{seen.number},{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f},1,1,{seen.visibility:.3f}"


def _pose(at_s: float, seen: Seen) -> dict[str, Any]:
    points = [[round(float(x)), round(float(y)), int(v)] for x, y, v in seen.keypoints]
    box = [round(v, 1) for v in seen.box]
    act, share = seen.state.act.name.lower(), round(seen.visibility, 3)
    return {"at_s": round(at_s, 3), "id": seen.number, "box": box, "act": act, "visibility": share, "keypoints": points}


def _finish_camera(camera_id: str, n_frames: int, shooting: Shooting, store: Path) -> None:
    """Segments into one film; then they are not needed any more."""
    step = max(1, round(SEGMENT_S * shooting.rate_hz))
    ks = range(-(-n_frames // step))
    told = [json.loads((store / f"{camera_id}-{k}.json").read_text(encoding="utf-8")) for k in ks]
    (store / f"{camera_id}.gt.txt").write_text("".join(f"{row}\n" for each in told for row in each["gt"]), encoding="utf-8")
    poses = json.dumps([pose for each in told for pose in each["poses"]])
    (store / f"{camera_id}.poses.json").write_text(poses, encoding="utf-8")
    joined([store / f"{camera_id}-{k}.mp4" for k in ks], store / f"{camera_id}.mp4", Coding(shooting.size, shooting.rate_hz).rate)
    for k in ks:
        (store / f"{camera_id}-{k}.mp4").unlink()
        (store / f"{camera_id}-{k}.json").unlink()


def _placed(kept: Path, into: Path) -> None:
    """A kept file under another name: linked where that is possible."""
    into.unlink(missing_ok=True)
    try:
        os.link(kept, into)
    except OSError:
        shutil.copyfile(kept, into)


def _write_document(city: City, shooting: Shooting, shown: dict[str, str], store: Path, into: Path) -> None:
    told = truth.document(city)
    told["rate_hz"], told["size"] = shooting.rate_hz, [shooting.size.width, shooting.size.height]
    told["drawn_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for camera in told["cameras"]:
        camera["shows"] = shown[camera["id"]]
    told["poses"] = {
        id: json.loads((store / f"{id}.poses.json").read_text(encoding="utf-8")) for id in dict.fromkeys(shown.values())
    }
    unfinished = into.with_name(f".{into.name}.part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(into)
