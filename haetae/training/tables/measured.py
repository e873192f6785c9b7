"""One measured table: its figures, and everything that somebody needs to measure it again."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured

FOLDER = "results"


@dataclass(frozen=True, slots=True)
class Measured:
    """`figures` are plain JSON values. `command` repeats the measurement with `seed`; `machine` says cores only: no GPU.

    `networks` are the versions that were measured, by name: the first digits of their weights' digest, engine, precision.
    """

    table: str
    command: str
    seed: int
    figures: Mapping[str, Any]
    networks: Mapping[str, str] = field(default_factory=dict)
    machine: str = field(default_factory=lambda: machine())
    measured_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="minutes"))

    def write(self, docs: Path) -> None:
        """Into docs/results/<table>.json."""
        folder = docs / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, allow_nan=False)
        (folder / f"{self.table}.json").write_text(text + "\n", encoding="utf-8")


def read(docs: Path, table: str) -> Measured | None:
    """What was measured last; None where it never was. Raises Misconfigured where the file is damaged."""
    file = docs / FOLDER / f"{table}.json"
    if not file.is_file():
        return None
    try:
        return Measured(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise Misconfigured("The measured table is damaged: measure it again.", file=file) from error


def machine() -> str:
    """The processor and how many of its cores were there for it."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
        name = names[0] if names else name
    return f"{name}, {len(os.sched_getaffinity(0))} cores, no GPU"
