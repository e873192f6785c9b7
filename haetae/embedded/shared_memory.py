"""What a killed PostgreSQL leaves behind and no new one starts with: memory that its backends still share, and its number."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

_SEGMENTS = Path("/proc/sysvipc/shm")
_LINE_OF_SEGMENT = 6  # of postmaster.pid, from 0: key and id
_ID, _ATTACHED = 1, 6  # columns of the kernel's table


def wait_until_released(data: Path, within_s: float = 10.0) -> bool:
    """Whether nobody holds the segment of the cluster in `data` any more; waits for at most `within_s`.

    True also where there was no server before, or where the system does not list its segments: then PostgreSQL itself decides.
    """
    id = _segment_of(data)
    deadline = time.monotonic() + within_s
    while id is not None and _is_attached(id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _segment_of(data: Path) -> str | None:
    """The id of the segment that the last server of the cluster had made; None where it ended in order."""
    try:
        words = (data / "postmaster.pid").read_text().splitlines()[_LINE_OF_SEGMENT].split()
    except (OSError, IndexError):
        return None
    return words[1] if len(words) == 2 else None


def _is_attached(id: str) -> bool:
    try:
        rows = [line.split() for line in _SEGMENTS.read_text().splitlines()[1:]]
    except OSError:
        return False
    return any(row[_ID] == id and row[_ATTACHED] != "0" for row in rows if len(row) > _ATTACHED)


def forget_the_number(data: Path) -> None:
    """Takes `postmaster.pid` away where its number is now that of another program.

    PostgreSQL would take that program for itself and refuse to start. In a container numbers begin anew and are given again in
    the same order, so after a loss of power this is likely. A number that nobody has is left: PostgreSQL knows what it means.
    """
    file = data / "postmaster.pid"
    try:
        name = psutil.Process(int(file.read_text().split(maxsplit=1)[0])).name()
    except (OSError, ValueError, IndexError, psutil.Error):
        return
    if name != "postgres":
        file.unlink()
