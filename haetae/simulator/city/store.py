"""Where drawn films are kept, so that nothing is drawn twice."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import haetae.simulator
from haetae.simulator.city.city import City
from haetae.simulator.city.shooting import Shooting

_KEPT_CITIES = 6
_LOCK = "lock"


def default_cache() -> Path:
    """The folder of all kept cities."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "haetae" / "city"


def digest(city: City, shooting: Shooting) -> str:
    """Stands for everything that decides what the films look like: the city, how it is filmed, and the code that draws."""
    told = [city.seed, city.minutes, city.part, repr(city.map), repr(city.walkers), repr(shooting), _code()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]


@cache
def _code() -> str:
    """A digest of the rooms that draw."""
    here = Path(haetae.simulator.__file__).parent
    whole = hashlib.sha256()
    for room in ("city", "drawing", "people"):
        for file in sorted((here / room).rglob("*.py")):
            whole.update(file.read_bytes())
    return whole.hexdigest()


@contextmanager
def held(root: Path, name: str) -> Iterator[Path]:
    """The folder of one city, for this process alone: another that wants it waits. The oldest others are removed."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.utime(folder)
        _prune(root)
        yield folder


def _prune(root: Path) -> None:
    """Removes the kept cities that were not used for longest, but for those that somebody is using now."""
    known = sorted((each for each in root.iterdir() if (each / _LOCK).exists()), key=lambda each: each.stat().st_mtime)
    for folder in known[:-_KEPT_CITIES]:
        try:
            with (folder / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
        except OSError:
            continue  # in use, or removed by another


def placed(kept: Path, into: Path) -> None:
    """A kept file under another name: linked where that is possible."""
    into.unlink(missing_ok=True)
    try:
        os.link(kept, into)
    except OSError:
        shutil.copyfile(kept, into)
