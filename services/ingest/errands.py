"""What the worker tells its reader processes, and what they tell it: the two directions of one pipe each."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from haetae.domain.camera import Camera, CameraState, Credentials, SourceKind
from haetae.domain.timing import from_us, to_us

_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to read: a camera, or a recording dressed as a file camera. `name` is that of its lease."""

    name: str
    camera: Camera
    credentials: Credentials | None = None

    @property
    def is_live(self) -> bool:
        """Whether it never ends by itself and cannot be made to wait."""
        return self.camera.kind not in (SourceKind.FILE, SourceKind.FOLDER)

    @property
    def is_recording(self) -> bool:
        """Whether it is a job that somebody handed in, and that may fail for good."""
        return self.name.startswith("recording:")

    @property
    def fingerprint(self) -> str:
        """Changes when what is read changes."""
        return sha256(f"{self.name}|{self.camera.kind}|{self.camera.url}|{self.camera.recorded_from}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Orders:
    """All that a reader process is to read from now on, and until when (monotonic s) the frames of each may be published."""

    errands: tuple[Errand, ...]
    publish_until_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Status:
    """How one errand fares. `turn_age_s` is how long ago its thread last showed that it is not stuck."""

    name: str
    state: CameraState
    detail: str = ""
    last_frame_at: datetime | None = None
    turn_age_s: float = 0.0
    progress: float = 0.0
    failed: bool = False  # a recording that cannot be read; with state FINISHED


@dataclass(frozen=True, slots=True)
class Beat:
    """A reader process lives: its errands, and its frames by camera and fate since it began."""

    statuses: tuple[Status, ...]
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def orders_to_bytes(orders: Orders) -> bytes:
    """The orders with their length in front. Only the worker writes this, and only its own child reads it."""
    body = pickle.dumps(orders)
    return _LENGTH.pack(len(body)) + body


def orders_in(buffer: bytearray) -> Iterator[Orders]:
    """Takes whole orders out of what was read so far."""
    while len(buffer) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer)
        if len(buffer) < _LENGTH.size + length:
            return
        body = bytes(buffer[_LENGTH.size : _LENGTH.size + length])
        del buffer[: _LENGTH.size + length]
        yield pickle.loads(body)


def beat_to_line(beat: Beat) -> str:
    """One line of JSON: a reader handles foreign data, so nothing that it says is ever executed."""
    statuses = [
        [
            each.name,
            each.state.value,
            each.detail,
            None if each.last_frame_at is None else to_us(each.last_frame_at),
            round(each.turn_age_s, 3),
            each.progress,
            each.failed,
        ]
        for each in beat.statuses
    ]
    return json.dumps({"statuses": statuses, "totals": beat.totals}) + "\n"


def beat_from_line(line: str) -> Beat:
    """Raises ValueError, KeyError or TypeError for anything that is no beat."""
    said = json.loads(line)
    statuses = tuple(
        Status(name, CameraState(state), detail, None if last_us is None else from_us(last_us), turn_age_s, progress, failed)
        for name, state, detail, last_us, turn_age_s, progress, failed in said["statuses"]
    )
    return Beat(statuses, said["totals"])
