"""What the supervisor tells other shells: a small file, written anew at every change."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import psutil


class Phase(StrEnum):
    """Where a part is in its life."""

    WAITING = "waiting"  # for the parts before it
    STARTING = "starting"
    READY = "ready"
    UNREADY = "unready"  # it runs, and says what is missing
    BACKING_OFF = "backing-off"  # it died and will be started again
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PartState:
    """One part as it was when the file was written."""

    name: str
    phase: Phase
    since: float  # Unix seconds
    port: int | None = None
    pid: int | None = None
    created_at: float | None = None  # of the process, as psutil tells it: guards against a reused pid
    restarts: int = 0
    why: str | None = None
    remark: str | None = None
    needs_others: bool = False  # such parts end before the others

    @property
    def is_running(self) -> bool:
        """Whether that very process is there now."""
        return self.pid is not None and self.created_at is not None and is_process(self.pid, self.created_at)


@dataclass(frozen=True, slots=True)
class StackState:
    """The supervisor and its parts, in starting order."""

    pid: int
    created_at: float
    parts: tuple[PartState, ...]

    @property
    def is_running(self) -> bool:
        return is_process(self.pid, self.created_at)

    @property
    def all_ready(self) -> bool:
        return all(part.phase is Phase.READY for part in self.parts)


def write(file: Path, state: StackState) -> None:
    """Atomic: a reader never sees half a file."""
    written = file.with_suffix(".new")
    written.write_text(json.dumps(asdict(state)))
    written.replace(file)


def read(file: Path) -> StackState | None:
    """None when no stack has ever run here."""
    try:
        told = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    parts = tuple(PartState(**{**part, "phase": Phase(part["phase"])}) for part in told["parts"])
    return StackState(told["pid"], told["created_at"], parts)


def is_process(pid: int, created_at: float) -> bool:
    """Whether the process with this number is the one that was created then, and no zombie."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created_at) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def created_at(pid: int) -> float | None:
    """psutil's create_time in Unix seconds; None when there is no such process."""
    try:
        found: float = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None
    return found
