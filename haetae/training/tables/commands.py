"""The commands that tables are measured by, as anybody would write them: no folders of one machine, one table each."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import av

from haetae.training.readers.city_folder import city_folder

Words = Mapping[str, Sequence[str] | str | Path | None]
"""Options by name: one value, several, or none."""


def command(table: str, options: Words, city: Path | None = None) -> str:
    """`haetae evaluate tables --only TABLE ...`, after the `haetae city ...` that draws the city, where there is one.

    Paths are told from the current folder. Raises Misconfigured where the folder holds no city.
    """
    words = ["haetae", "evaluate", "tables", "--only", table]
    for name, given in options.items():
        values = given if isinstance(given, (list, tuple)) else [given]
        words += [word for value in values if value is not None for word in (f"--{name}", _told(value))]
    if city is None:
        return shlex.join(words)
    return f"{drawing(city)} && {shlex.join([*words, '--city', _told(city)])}"


def drawing(folder: Path) -> str:
    """The `haetae city` that draws the city of a folder again."""
    data = city_folder(folder)
    film = data.films[0]
    with av.open(str(film.video)) as container:
        picture = container.streams.video[0]
        size = f"{picture.width}x{picture.height}"
    told = {
        "seed": f"{data.seed}",
        "cameras": f"{data.n_cameras}",
        "minutes": f"{data.minutes:g}",
        "rate": f"{film.rate_hz:g}",
        "size": size,
        "out": _told(folder),
    }
    return shlex.join(["haetae", "city", *(word for name, value in told.items() for word in (f"--{name}", value))])


def _told(value: object) -> str:
    return os.path.relpath(value) if isinstance(value, Path) else str(value)
