"""A city as files: a film and its MOT16 ground truth for each camera, and one document with everything else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from haetae.simulator.city import truth
from haetae.simulator.city.city import City
from haetae.simulator.city.crew import Progress, draw_cameras
from haetae.simulator.city.encoding import Coding, joined
from haetae.simulator.city.shooting import Shooting
from haetae.simulator.city.store import default_cache, digest, held, placed

CLEAR_VISIBILITY, CLEAR_HEIGHT = 0.3, 40 / 720
"""Who is seen, as city.json tells it: at least this share of the person, at least so tall a part of the picture."""


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
    Raises Transient, and whatever `progress` raises.
    """
    n_drawn = min(drawn or len(city.cameras), len(city.cameras))
    shown = {camera.id: city.cameras[k % n_drawn].id for k, camera in enumerate(city.cameras)}
    folder.mkdir(parents=True, exist_ok=True)
    with held(cache or default_cache(), digest(city, shooting)) as store:
        missing = [camera for camera in city.cameras[:n_drawn] if not (store / f"{camera.id}.mp4").exists()]
        if missing:
            draw_cameras(city, missing, shooting, store, progress)
        for camera in missing:
            _finish(camera.id, city, shooting, store)
        for camera in city.cameras:
            for ending in ("mp4", "gt.txt"):
                placed(store / f"{shown[camera.id]}.{ending}", folder / f"{camera.id}.{ending}")
        _write_document(city, shooting, shown, store, folder / "city.json")
    return {camera.id: folder / f"{camera.id}.mp4" for camera in city.cameras}


def is_kept(city: City, shooting: Shooting) -> bool:
    """Whether all films of the city are there already."""
    store = default_cache() / digest(city, shooting)
    return all((store / f"{camera.id}.mp4").exists() for camera in city.cameras)


def _finish(camera_id: str, city: City, shooting: Shooting, store: Path) -> None:
    """Segments into one film; then they are not needed any more."""
    parts = [store / f"{camera_id}-{k}" for k in range(len(shooting.segments(city)))]
    told = [json.loads(part.with_suffix(".json").read_text(encoding="utf-8")) for part in parts]
    (store / f"{camera_id}.gt.txt").write_text("".join(f"{row}\n" for each in told for row in each["gt"]), encoding="utf-8")
    poses = json.dumps([pose for each in told for pose in each["poses"]])
    (store / f"{camera_id}.poses.json").write_text(poses, encoding="utf-8")
    rate = Coding(shooting.size, shooting.rate_hz).rate
    joined([part.with_suffix(".mp4") for part in parts], store / f"{camera_id}.mp4", rate)
    for part in parts:
        part.with_suffix(".mp4").unlink()
        part.with_suffix(".json").unlink()


def _seen(ground_truth: Path, shooting: Shooting) -> list[dict[str, float]]:
    """From when to when the pictures show each person clearly enough, in order of time."""
    frames: dict[int, list[int]] = {}
    for row in ground_truth.read_text(encoding="utf-8").splitlines():
        frame, number, _, _, _, height, _, _, visibility = row.split(",")
        if float(visibility) >= CLEAR_VISIBILITY and float(height) >= CLEAR_HEIGHT * shooting.size.height:
            frames.setdefault(int(number), []).append(int(frame) - 1)
    spans = [
        {"id": number, "from_s": round(first / shooting.rate_hz, 2), "to_s": round(last / shooting.rate_hz, 2)}
        for number, shown in frames.items()
        for first, last in truth.runs(np.array(shown), round(truth.GAP_S * shooting.rate_hz))
    ]
    return sorted(spans, key=lambda span: (span["from_s"], span["id"]))


def _write_document(city: City, shooting: Shooting, shown: dict[str, str], store: Path, into: Path) -> None:
    told = truth.document(city)
    told["rate_hz"], told["size"] = shooting.rate_hz, [shooting.size.width, shooting.size.height]
    told["drawn_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for camera in told["cameras"]:
        camera["shows"] = shown[camera["id"]]
    told["seen"] = {id: _seen(store / f"{id}.gt.txt", shooting) for id in dict.fromkeys(shown.values())}
    told["poses"] = {
        id: json.loads((store / f"{id}.poses.json").read_text(encoding="utf-8")) for id in dict.fromkeys(shown.values())
    }
    unfinished = into.with_name(f".{into.name}.part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(into)
