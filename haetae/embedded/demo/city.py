"""The demo's own city: four cameras with people whose names nobody knows but the truth."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from haetae.domain.geometry import Box, ImageSize
from haetae.simulator.city import surroundings
from haetae.simulator.city.city import City, city
from haetae.simulator.city.record import record
from haetae.simulator.city.script import FIRST_SEED, Casting
from haetae.simulator.city.shooting import Shooting

SEED = 7
N_CAMERAS = 4
MINUTES = 0.75
SHOOTING = Shooting(ImageSize(960, 540), 10.0)
_NEAR_S = 0.35  # how far a camera's clock may be off
_SAME_IOU = 0.4


def drawn(folder: Path, progress: Callable[[float, float], None]) -> Path:
    """The folder with the city's films and truth, drawn now where they are not kept from an earlier time."""
    record(_the_city(), folder, SHOOTING, progress=progress)
    return folder


def n_frames() -> int:
    """How many pictures there are to draw."""
    return round(N_CAMERAS * MINUTES * 60 * SHOOTING.rate_hz)


def _the_city() -> City:
    looks = surroundings.settings(FIRST_SEED["test"], SEED, light_kind="day", weather_kind="clear")
    return city(SEED, N_CAMERAS, MINUTES, casting=Casting(per_place=4.0), setting=looks)


@dataclass(frozen=True, slots=True)
class _Shown:
    frame: int
    number: int
    box: Box


class CityTruth:
    """Who is where in the films of a folder. `began_at` (Unix seconds) is when all of them began; they repeat without end."""

    def __init__(self, folder: Path, began_at: float) -> None:
        told: dict[str, Any] = json.loads((folder / "city.json").read_text(encoding="utf-8"))
        self._rate_hz = float(told["rate_hz"])
        self._size = ImageSize(*told["size"])
        self._duration_s = round(float(told["minutes"]) * 60 * self._rate_hz) / self._rate_hz
        self._began_at = began_at
        self._shown: dict[str, Mapping[int, list[_Shown]]] = {
            camera["id"]: _read(folder / f"{camera['id']}.gt.txt") for camera in told["cameras"]
        }

    def who(self, camera: str, film_s: float, box: Box, size: ImageSize) -> int | None:
        """Whose box this is, in a frame of `size` about `film_s` seconds into the film; None where it is nobody's."""
        fitted = box.scaled(self._size.width / size.width, self._size.height / size.height)
        middle, reach = round(film_s * self._rate_hz) + 1, round(_NEAR_S * self._rate_hz)
        near = [one for frame in range(middle - reach, middle + reach + 1) for one in self._shown[camera].get(frame, ())]
        best = max(near, key=lambda one: one.box.iou(fitted), default=None)
        return best.number if best is not None and best.box.iou(fitted) >= _SAME_IOU else None

    def who_was_sighted(self, sighting: Mapping[str, Any]) -> int | None:
        """Whom a sighting of the API shows: the one whom most points of its path lie on."""
        size = ImageSize(sighting["frame_size"]["width"], sighting["frame_size"]["height"])
        names: Counter[int] = Counter()
        for point in (*sighting["path"], *sighting["best_shots"]):
            at_s = datetime.fromisoformat(point["captured_at"]).timestamp() - self._began_at
            box = Box(*(float(point["box"][name]) for name in ("x1", "y1", "x2", "y2")))
            name = self.who(sighting["camera_id"], at_s % self._duration_s, box, size) if at_s >= 0 else None
            if name is not None:
                names[name] += 1
        return names.most_common(1)[0][0] if names else None


def _read(file: Path) -> Mapping[int, list[_Shown]]:
    """MOT16 ground truth by frame."""
    found: dict[int, list[_Shown]] = defaultdict(list)
    for row in file.read_text(encoding="utf-8").splitlines():
        frame, number, left, top, width, height = (float(value) for value in row.split(",")[:6])
        found[int(frame)].append(_Shown(int(frame), int(number), Box(left, top, left + width, top + height)))
    return found
