"""The processes that draw a city, one a core; what each has finished stays, whatever happens to the others."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import cv2

from haetae.errors import Transient
from haetae.simulator.city.city import City
from haetae.simulator.city.encoding import Coding, Movie
from haetae.simulator.city.filming import Cast, Filming
from haetae.simulator.city.map import CityCamera
from haetae.simulator.city.shooting import LEAST_VISIBILITY, POSES_EVERY_S, Shooting, mot_row, pose_row

Progress = Callable[[float, float], None]
"""Takes frames done and frames in all; what it raises ends the work."""
_COUNT_EVERY = 10


def draw_cameras(city: City, cameras: Sequence[CityCamera], shooting: Shooting, folder: Path, progress: Progress) -> None:
    """Leaves <camera>-<segment>.mp4 and .json in `folder` for every camera; segments that are there are not drawn again.

    Each process takes a camera after the other, or a part of one where there are fewer cameras than cores. Raises Transient
    when a process dies, and whatever `progress` raises.
    """
    n_frames = shooting.n_frames(city)
    n_processes = len(os.sched_getaffinity(0))
    n_parts = max(1, -(-n_processes // max(1, len(cameras))))
    jobs = [(camera.id, part, n_parts) for camera in cameras for part in range(n_parts)]
    context = multiprocessing.get_context("spawn")
    counted = context.Value("d", 0.0)
    with ProcessPoolExecutor(min(n_processes, len(jobs)), context, begin, (city, shooting, folder, counted)) as pool:
        futures = {pool.submit(_draw_part, *job) for job in jobs}
        try:
            while futures:
                done, futures = wait(futures, timeout=0.3, return_when=FIRST_EXCEPTION)
                for each in done:
                    each.result()
                progress(counted.value, float(n_frames * len(cameras)))
        except BrokenProcessPool as error:
            raise Transient("A process that drew the city has died (memory?); what was drawn is kept: try again") from error
        finally:
            if futures:
                _end(pool)


def _end(pool: ProcessPoolExecutor) -> None:
    """Ends the processes at once, as shutdown alone would wait for what they draw; the pool itself waits until they are gone."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=True, cancel_futures=True)


_worker: dict[str, Any] = {}


def begin(city: City, shooting: Shooting, folder: Path, counted: Synchronized[float]) -> None:
    """Sets a process up: one thread, no Ctrl-C of its own, and an end when its parent has gone."""
    alone()
    _worker.update(city=city, shooting=shooting, folder=folder, counted=counted, figures=Cast(city))


def alone() -> None:
    """What every drawing process does first."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()


def _leave_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _draw_part(camera_id: str, part: int, n_parts: int) -> None:
    city, shooting, folder = _worker["city"], _worker["shooting"], _worker["folder"]
    segments = shooting.segments(city)
    filming: Filming | None = None
    for k, (first, end) in enumerate(segments):
        if k * n_parts // len(segments) != part:
            continue
        if (folder / f"{camera_id}-{k}.json").exists():
            _count(end - first)
            continue
        filming = filming or Filming(city, city.map.camera(camera_id), shooting.size, _worker["figures"])
        _draw_segment(filming, camera_id, (k, first, end))


def _draw_segment(filming: Filming, camera_id: str, segment: tuple[int, int, int]) -> None:
    city: City = _worker["city"]
    shooting: Shooting = _worker["shooting"]
    folder: Path = _worker["folder"]
    k, first, end = segment
    rows: list[str] = []
    poses: list[dict[str, Any]] = []
    every = max(1, round(POSES_EVERY_S * shooting.rate_hz))
    coding = Coding(shooting.size, shooting.rate_hz, quality=24 + city.map.camera(camera_id).seed % 6)
    with Movie(folder / f"{camera_id}-{k}.mp4", coding) as movie:
        for number in range(first, end):
            picture, people = filming.film(number / shooting.rate_hz)
            movie.add(picture)
            rows += [row for one in people if (row := mot_row(number + 1, one, shooting.size))]
            if number % every == 0:
                poses += [pose_row(number / shooting.rate_hz, one) for one in people if one.visibility >= LEAST_VISIBILITY]
            if (number - first) % _COUNT_EVERY == _COUNT_EVERY - 1:
                _count(_COUNT_EVERY)
    _count((end - first) % _COUNT_EVERY)
    told = folder / f".{camera_id}-{k}.json.part"
    told.write_text(json.dumps({"gt": rows, "poses": poses}), encoding="utf-8")
    told.replace(folder / f"{camera_id}-{k}.json")


def _count(frames: int) -> None:
    counted: Synchronized[float] = _worker["counted"]
    with counted.get_lock():
        counted.value += frames
