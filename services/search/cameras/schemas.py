"""What is asked and answered at /v1/cameras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Self

from pydantic import Field, SecretStr

from haetae.domain.camera import Camera, CameraReport, CameraState, Credentials, Sampling, SourceKind, Transport
from haetae.domain.geometry import ImageSize
from haetae.media.probe import ProbeReport
from services.search.shapes import Instant, Place, Shown, Strict

_URL = "rtsp://host/path, an SDP file, a file, a folder of recordings or /dev/video<N>; files lie below an import folder."


class CredentialsIn(Strict):
    """What the camera asks for. Kept encrypted; never given out again."""

    username: str = Field(max_length=256)
    password: SecretStr = Field(max_length=256)

    def credentials(self) -> Credentials:
        """As the readers use them."""
        return Credentials(self.username, self.password.get_secret_value())


class SamplingShape(Strict):
    """What of a camera's frames is looked at."""

    rate_hz: float = Field(default=5.0, ge=0, le=60, description="Frames a second of capture time; 0 means every frame.")
    motion_gate: bool = Field(default=True, description="Frames without motion are counted and left out.")
    detector_width: int = Field(default=640, ge=160, le=1920, multiple_of=32)
    detector_height: int = Field(default=384, ge=160, le=1920, multiple_of=32)
    max_width_px: int = Field(default=1280, ge=320, le=4096, description="Wider frames are scaled down before they are sent.")

    @classmethod
    def of(cls, sampling: Sampling) -> Self:
        """The sampling as it is shown."""
        return cls(
            rate_hz=sampling.rate_hz,
            motion_gate=sampling.motion_gate,
            detector_width=sampling.detector_input.width,
            detector_height=sampling.detector_input.height,
            max_width_px=sampling.max_width_px,
        )

    def sampling(self) -> Sampling:
        """The sampling as a fact."""
        size = ImageSize(width=self.detector_width, height=self.detector_height)
        return Sampling(self.rate_hz, self.motion_gate, size, self.max_width_px)


class SourceIn(Strict):
    """Where pictures would come from: for a test."""

    kind: SourceKind = SourceKind.RTSP
    url: str = Field(min_length=1, max_length=2048, description=_URL, examples=["rtsp://10.1.2.3/stream1"])
    transport: Transport = Field(default=Transport.TCP, description="How RTSP carries its media.")
    credentials: CredentialsIn | None = None


class CameraIn(SourceIn):
    """A camera to register. Credentials within the URL are taken out of it and kept encrypted."""

    id: str = Field(min_length=1, max_length=63, examples=["gate-1"], description="a-z, 0-9, '.', '_' and '-'.")
    name: str = Field(default="", max_length=200, description="For people; without it the id.")
    position: Place | None = None
    sampling: SamplingShape = SamplingShape()
    enabled: bool = True
    recorded_from: Instant | None = Field(default=None, description="Of a file: when its first frame was captured.")


class CameraPatch(Strict):
    """What is to change of a camera; fields left out stay. `position` and `credentials` are forgotten by null."""

    name: str | None = Field(default=None, max_length=200)
    kind: SourceKind | None = None
    url: str | None = Field(default=None, min_length=1, max_length=2048, description=_URL)
    transport: Transport | None = None
    position: Place | None = None
    sampling: SamplingShape | None = None
    enabled: bool | None = None
    recorded_from: Instant | None = None
    credentials: CredentialsIn | None = None


class ReportOut(Shown):
    """How a camera fares. "live" only with a fresh frame."""

    state: CameraState
    since: Instant
    worker: str = Field(description="Which ingest worker reads it.")
    detail: str = Field(description="Why, in words.")
    last_frame_at: Instant | None

    @classmethod
    def of(cls, report: CameraReport) -> Self:
        """The report as it is shown."""
        return cls(
            state=report.state,
            since=report.since,
            worker=report.worker,
            detail=report.detail,
            last_frame_at=report.last_frame_at,
        )


class CameraOut(Shown):
    """A camera and its newest report (null before the first)."""

    id: str
    name: str
    kind: SourceKind
    url: str
    transport: Transport
    position: Place | None
    sampling: SamplingShape
    enabled: bool
    recorded_from: Instant | None
    report: ReportOut | None

    @classmethod
    def of(cls, camera: Camera, report: CameraReport | None) -> Self:
        """The camera as it is shown: never with what it asks for."""
        return cls(
            id=camera.id,
            name=camera.name,
            kind=camera.kind,
            url=camera.url,
            transport=camera.transport,
            position=None if camera.position is None else Place.of(camera.position),
            sampling=SamplingShape.of(camera.sampling),
            enabled=camera.enabled,
            recorded_from=camera.recorded_from,
            report=None if report is None else ReportOut.of(report),
        )


class CameraList(Shown):
    """Cameras by id."""

    items: list[CameraOut]


class LedgerMinute(Shown):
    """The frames that arrived within one minute and what became of them; the rest is still under way."""

    minute: Instant
    received: int
    published: int = Field(description="Sent on for detection: sampled, and with motion.")
    processed: int
    dropped: Mapping[str, int] = Field(examples=[{"not_sampled": 600, "no_motion": 120}])
    under_way: int


class LedgerOut(Shown):
    """The frame ledger of a camera: received = processed + dropped by reason + under way."""

    camera_id: str
    minutes: list[LedgerMinute]


class CameraTestOut(Shown):
    """What came of trying a source. Where it is not `ok` only `kind` and `detail` say something."""

    ok: bool = Field(description="Whether a picture was decoded.")
    kind: str = Field(description="What is wrong, stable: programs decide by it.", examples=["unauthorised", "no-media"])
    detail: str = Field(description="What is wrong, in words.")
    codec: str
    width: int
    height: int
    rate_hz: float
    clock_source: str = Field(description="Where capture times come from: onvif, rtcp, recording or arrival.")
    clock_behind_s: float = Field(description="Arrival less capture time: delay of the network, or a clock that is wrong.")
    first_picture_s: float = Field(description="From opening to the first picture.")

    @classmethod
    def of(cls, report: ProbeReport) -> Self:
        """The report as it is shown."""
        return cls(**asdict(report))
