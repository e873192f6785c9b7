"""A camera: a fixed viewpoint, where its pictures come from, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from haetae.domain.geometry import GeoPoint, ImageSize
from haetae.domain.ids import CameraId


class SourceKind(StrEnum):
    """What a camera's URL leads to."""

    RTSP = "rtsp"  # rtsp://host/path, rtsps://host/path
    RTP = "rtp"  # an SDP file that describes an RTP session
    FILE = "file"  # one video file
    FOLDER = "folder"  # a folder of NVR recordings with their start times in the names
    USB = "usb"  # /dev/video*


class Transport(StrEnum):
    """How RTSP carries its media."""

    TCP = "tcp"
    UDP = "udp"


class CameraState(StrEnum):
    """How a camera fares now. `LIVE` only with a fresh frame: an opened connection is not enough."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    BACKING_OFF = "backing-off"
    DISABLED = "disabled"
    FINISHED = "finished"  # a file or folder read to its end


@dataclass(frozen=True, slots=True)
class Sampling:
    """What of a camera's frames is looked at."""

    rate_hz: float = 5.0  # frames a second of capture time; 0 means every frame
    motion_gate: bool = True  # frames without motion are dropped (and counted) before they are encoded
    detector_input: ImageSize = field(default=ImageSize(width=640, height=384))
    max_width_px: int = 1280  # wider frames are scaled down before they are sent


@dataclass(frozen=True, slots=True)
class Camera:
    """One fixed viewpoint. `url` never carries credentials: those are kept apart, encrypted."""

    id: CameraId
    name: str
    kind: SourceKind
    url: str
    transport: Transport = Transport.TCP
    position: GeoPoint | None = None
    sampling: Sampling = field(default_factory=Sampling)
    enabled: bool = True
    recorded_from: datetime | None = None  # capture time of the first frame of a file; None for live cameras


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a camera asks for before it shows anything. Never logged."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CameraReport:
    """A change of a camera's state, as its reader saw it."""

    camera_id: CameraId
    state: CameraState
    since: datetime
    worker: str
    detail: str = ""  # why, in words for the operator, without credentials
    last_frame_at: datetime | None = None
