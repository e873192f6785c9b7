"""When a recording began, read from its name as video recorders write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from haetae.media.files import RecordedFile
from haetae.media.trouble import CameraTrouble, TroubleKind

SUFFIXES = (".mp4", ".mkv", ".mov", ".avi", ".ts", ".m4v", ".mpg", ".asf", ".wmv", ".flv", ".264", ".265", ".h264", ".h265")

_DATE = r"(?P<y>20\d\d)(?P<d1>[-_.]?)(?P<mo>0[1-9]|1[0-2])(?P=d1)(?P<d>0[1-9]|[12]\d|3[01])"
_TIME = r"(?P<h>[01]\d|2[0-3])(?P<d2>[-_.:]?)(?P<mi>[0-5]\d)(?P=d2)(?P<s>[0-5]\d)(?:[.,](?P<f>\d{1,6}))?"
_ZONE = r"(?P<z>Z|[+-]\d\d:?\d\d)?"
_WRITTEN = re.compile(rf"(?<!\d){_DATE}(?:[T _.-]{{0,3}}){_TIME}{_ZONE}(?!\d)")
_EPOCH = re.compile(r"(?<!\d)(?P<s>1\d{9}|[2-3]\d{9})(?P<ms>\d{3})?(?!\d)")


def start_in(name: str, zone: tzinfo) -> datetime | None:
    """The start that a file name tells, in UTC; None where it tells none.

    Written dates (20261121_093000, 2026-11-21T09-30-00, ...) are local time of `zone` unless the name has a Z or an offset;
    ten digits are seconds since 1970, thirteen milliseconds.
    """
    for match in _WRITTEN.finditer(name):
        part = match.groupdict()
        year, month, day = int(part["y"]), int(part["mo"]), int(part["d"])
        hour, minute, second, micros = int(part["h"]), int(part["mi"]), int(part["s"]), int((part["f"] or "0").ljust(6, "0"))
        try:
            local = datetime(year, month, day, hour, minute, second, micros, tzinfo=zone)
        except ValueError:  # 31 February
            continue
        if part["z"]:
            offset = datetime.strptime(part["z"], "%z").tzinfo
            return local.replace(tzinfo=offset).astimezone(UTC)
        return local.astimezone(UTC)
    epoch = _EPOCH.search(name)
    return datetime.fromtimestamp(int(epoch["s"]) + int(epoch["ms"] or 0) / 1000, UTC) if epoch else None


def recordings_in(folder: Path, zone: tzinfo) -> list[RecordedFile]:
    """The recordings of a folder and the folders below it, in order of their start. Raises CameraTrouble where there are none.

    Where a file's name has no time its folder's may complete it (2026-11-21/09-30-00.mp4). Files that tell no start are left out.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file() or path.is_symlink():
            continue
        below = path.relative_to(folder)
        start = start_in(path.stem, zone) or start_in("-".join((*below.parts[:-1], path.stem)), zone)
        if start is not None:
            found.append(RecordedFile(path, start))
    if not found:
        raise CameraTrouble("The folder holds no recordings with a start time in their names.", TroubleKind.UNREADABLE)
    return sorted(found, key=lambda file: (file.recorded_from, file.path))
