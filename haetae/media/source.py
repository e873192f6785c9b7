"""Opening what a camera's URL leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol

from haetae.domain.camera import Camera, Credentials, SourceKind
from haetae.domain.timing import Clock, SystemClock
from haetae.errors import Refused
from haetae.media.address import AddressPolicy, allowed_path, check_source, pinned_rtsp
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.live import LiveStream
from haetae.media.picture import Picture
from haetae.media.recorder_names import recordings_in, start_in
from haetae.media.rtp import RtpSession
from haetae.media.rtsp import RtspSession, RtspTarget
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.media.usb import UsbStream


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a camera may take, in seconds: to be connected to, for each answer, for a picture, for the first key picture."""

    connect_s: float = 2.0
    answer_s: float = 3.0
    frame_s: float = 5.0
    first_s: float = 12.0


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same for all cameras: what their addresses may be, their deadlines, and the time zone of recorders' names."""

    policy: AddressPolicy = field(default_factory=AddressPolicy)
    deadlines: Deadlines = field(default_factory=Deadlines)
    zone: tzinfo = UTC


class Source(Protocol):
    """Pictures of one camera. `live` ones never end by themselves; the others end, and may be waited for."""

    live: bool
    codec: str

    @property
    def n_unreadable(self) -> int:
        """Pictures that came and could not be decoded."""
        ...

    def __iter__(self) -> Iterator[Picture]:
        """Pictures in the order of showing. Raises CameraTrouble."""
        ...

    def close(self) -> None: ...


def open_source(camera: Camera, credentials: Credentials | None, site: Site, clock: Clock | None = None) -> Source:
    """The camera's pictures. The address is checked here once more, and what was checked is what is connected to.

    Raises CameraTrouble; Refused where the address is not (or no longer) allowed.
    """
    clock = clock or SystemClock()
    limits = site.deadlines
    match camera.kind:
        case SourceKind.RTSP:
            target = RtspTarget(camera.url, pinned_rtsp(camera.url, site.policy), credentials, camera.transport)
            session = RtspSession(target, connect_s=limits.connect_s, answer_s=limits.answer_s)
            return LiveStream(session, clock, frame_s=limits.frame_s, first_s=limits.first_s)
        case SourceKind.RTP:
            packets = RtpSession(allowed_path(camera.url, site.policy))
            return LiveStream(packets, clock, frame_s=limits.frame_s, first_s=limits.first_s)
        case SourceKind.USB:
            check_source(camera.kind, camera.url, allowed_networks=(), import_folders=())
            return UsbStream(camera.url, clock, open_s=limits.answer_s, frame_s=limits.frame_s)
        case SourceKind.FILE | SourceKind.FOLDER:
            return RecordedStream(camera.id, _files(camera, site), clock)
    raise Refused("This kind of source is not known.", status=422, kind="unknown-source-kind")


def _files(camera: Camera, site: Site) -> list[RecordedFile]:
    path = allowed_path(camera.url, site.policy)
    if camera.kind is SourceKind.FOLDER:
        return recordings_in(path, site.zone)
    start = camera.recorded_from or start_in(path.stem, site.zone) or _changed_at(path)
    return [RecordedFile(path, start)]


def _changed_at(path: Path) -> datetime:
    """When the file was last written: the best guess where nobody said when it was recorded."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise CameraTrouble(f"The file cannot be read: {error.strerror}.", TroubleKind.UNREADABLE) from None
