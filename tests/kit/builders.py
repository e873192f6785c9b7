"""Builders of domain objects for tests: sensible defaults, and keyword arguments for what the test is about.

Everything is deterministic: the same call gives an equal object again. `T0` is the instant around which tests happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.camera import Camera, CameraReport, CameraState, SourceKind
from haetae.domain.embedding import Embedding, ModelVersion
from haetae.domain.frame import ClockSource, EncodedFrame, Frame, FrameRef, Pixels
from haetae.domain.geometry import Box, GeoPoint, ImageSize
from haetae.domain.ids import CameraId, TrackletId, tracklet_id
from haetae.domain.query import Scope
from haetae.domain.sighting import Sighting
from haetae.domain.timing import TimeWindow, to_us
from haetae.domain.tracklet import BestShot, Quality, Tracklet, Waypoint
from haetae.domain.watch_list import WatchListEntry

T0 = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
HD = ImageSize(width=1280, height=720)
MODEL = ModelVersion("reid-0288", "1-f32")
SEOUL = GeoPoint(37.5665, 126.9780)
_NAMES = UUID("0a3ad4e4-2a3c-5c6e-8a86-6f0f5d6f2c11")


def at(seconds: float) -> datetime:
    """The instant `seconds` after T0."""
    return T0 + timedelta(seconds=seconds)


def uuid(name: str | int) -> UUID:
    """A UUID that depends on `name` alone."""
    return uuid5(_NAMES, str(name))


def box(x1: float = 100.0, y1: float = 100.0, x2: float = 180.0, y2: float = 300.0) -> Box:
    """A standing person's box."""
    return Box(x1, y1, x2, y2)


def quality(total: float = 0.8) -> Quality:
    """A quality whose parts are all `total`."""
    return Quality(size=total, sharpness=total, visibility=total, inside=total, total=total)


def camera(id: str = "gate-1", **changes: object) -> Camera:
    """An RTSP camera in Seoul; any field of Camera can be given."""
    fields: dict[str, object] = {
        "name": f"Camera {id}",
        "kind": SourceKind.RTSP,
        "url": f"rtsp://127.0.0.1:8554/{id}",
        "position": SEOUL,
    }
    return Camera(id=CameraId(id), **{**fields, **changes})  # type: ignore[arg-type]


def camera_report(
    id: str = "gate-1", state: CameraState = CameraState.LIVE, *, since: datetime = T0, detail: str = ""
) -> CameraReport:
    """A change of a camera's state, told by worker "ingest-1"."""
    return CameraReport(CameraId(id), state, since=since, worker="ingest-1", detail=detail, last_frame_at=since)


def frame_ref(
    seq: int = 0, camera_id: str = "gate-1", *, boot: str = "boot-1", rate_hz: float = 5.0, **changes: object
) -> FrameRef:
    """The `seq`-th frame of a camera that gives `rate_hz` frames a second from T0; it arrives 40 ms after capture."""
    captured_at = at(seq / rate_hz)
    fields: dict[str, object] = {
        "captured_at": captured_at,
        "received_at": captured_at + timedelta(milliseconds=40),
        "pts_s": seq / rate_hz,
        "clock_source": ClockSource.RTCP,
        "size": HD,
    }
    return FrameRef(camera_id=CameraId(camera_id), boot=boot, seq=seq, **{**fields, **changes})  # type: ignore[arg-type]


def pixels(size: ImageSize = HD, *, seed: int = 0) -> Pixels:
    """(height, width, 3) uint8 BGR: a smooth pattern that depends on `seed`, so that JPEG keeps it."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 256, size=(2, 2, 3)).astype(np.float32)
    y = np.linspace(0.0, 1.0, size.height, dtype=np.float32)[:, None, None]
    x = np.linspace(0.0, 1.0, size.width, dtype=np.float32)[None, :, None]
    rows = corners[0, 0] * (1 - x) + corners[0, 1] * x, corners[1, 0] * (1 - x) + corners[1, 1] * x
    return np.ascontiguousarray(rows[0] * (1 - y) + rows[1] * y).astype(np.uint8)


def frame(seq: int = 0, camera_id: str = "gate-1", *, size: ImageSize = HD, seed: int = 0) -> Frame:
    """A decoded frame of `size`."""
    return Frame(frame_ref(seq, camera_id, size=size), pixels(size, seed=seed))


def encoded_frame(
    seq: int = 0, camera_id: str = "gate-1", *, jpeg: bytes = b"\xff\xd8\xff\xd9", **changes: object
) -> EncodedFrame:
    """A frame as JPEG; the default bytes are a JPEG's first and last marker only."""
    return EncodedFrame(frame_ref(seq, camera_id, **changes), jpeg)  # type: ignore[arg-type]


def best_shot(
    captured_at: datetime = T0, *, total: float = 0.8, blob_key: str | None = None, of: TrackletId | None = None
) -> BestShot:
    """A crop that stands for a tracklet; the key follows the layout of the blobs."""
    id = of or tracklet_id(CameraId("gate-1"), "boot-1", 1)
    key = blob_key or f"crops/{captured_at:%Y-%m-%d}/gate-1/{id}/{to_us(captured_at)}.jpg"
    return BestShot(blob_key=key, captured_at=captured_at, box=box(), score=0.9, quality=quality(total))


def tracklet(
    number: int = 1, camera_id: str = "gate-1", *, started_at: datetime = T0, length_s: float = 4.0, **changes: object
) -> Tracklet:
    """The closed `number`-th tracklet of a camera, with two best shots; any field of Tracklet can be given."""
    camera = CameraId(camera_id)
    id = tracklet_id(camera, "boot-1", number)
    ended_at = started_at + timedelta(seconds=length_s)
    day = f"crops/{started_at:%Y-%m-%d}/{camera_id}/{id}"
    moments = ((started_at + timedelta(seconds=length_s / 2), 0.8), (started_at, 0.5))
    fields: dict[str, object] = {
        "started_at": started_at,
        "ended_at": ended_at,
        "n_detections": max(1, int(length_s * 5)),
        "best_shots": tuple(best_shot(t, total=q, blob_key=f"{day}/{to_us(t)}.jpg") for t, q in moments),
        "path": (Waypoint(started_at, box()), Waypoint(ended_at, box(300, 100, 380, 300))),
        "frame_size": HD,
        "closed": True,
        "revision": 1,
        "received_at": ended_at + timedelta(milliseconds=40),
    }
    return Tracklet(id=id, camera_id=camera, **{**fields, **changes})  # type: ignore[arg-type]


def unit_vector(seed: int = 0, d: int = 256) -> NDArray[np.float32]:
    """(d,) float32 of length 1 that depends on `seed`."""
    vector = np.random.default_rng(seed).standard_normal(d)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def unit_vectors(n: int, d: int = 256, *, seed: int = 0) -> NDArray[np.float32]:
    """(n, d) float32, rows of length 1."""
    rows = np.random.default_rng(seed).standard_normal((n, d))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def embedding(seed: int = 0, *, d: int = 256, model: ModelVersion = MODEL) -> Embedding:
    """An embedding that depends on `seed`."""
    return Embedding(unit_vector(seed, d), model)


def attributes() -> Attributes:
    """A man in a red top and blue trousers with a backpack."""
    return Attributes(
        {
            AttributeName.GENDER: {"male": 0.9, "female": 0.1},
            AttributeName.UPPER_COLOUR: {"red": 0.8, "pink": 0.2},
            AttributeName.LOWER_COLOUR: {"blue": 0.7},
            AttributeName.BAG: {"backpack": 0.75},
        }
    )


def sighting(
    number: int = 1, camera_id: str = "gate-1", *, seed: int | None = None, started_at: datetime = T0, **changes: object
) -> Sighting:
    """The sighting of `tracklet(number, camera_id)`; the embedding depends on `seed`, or else on `number`."""
    source = tracklet(number, camera_id, started_at=started_at)
    fields: dict[str, object] = {
        "id": source.id,
        "started_at": source.started_at,
        "ended_at": source.ended_at,
        "n_detections": source.n_detections,
        "best_shots": source.best_shots,
        "path": source.path,
        "frame_size": source.frame_size,
        "closed": True,
        "revision": 1,
        "attributes": attributes(),
        "attribute_model": "attributes-0230",
        "embedding": embedding(number if seed is None else seed),
    }
    return Sighting(camera_id=source.camera_id, **{**fields, **changes})  # type: ignore[arg-type]


def window(start_s: float = -3600.0, end_s: float = 3600.0) -> TimeWindow:
    """A window of time around T0, in seconds from it."""
    return TimeWindow(at(start_s), at(end_s))


def scope(*cameras: str, start_s: float = -3600.0, end_s: float = 3600.0, polygon: Sequence[GeoPoint] = ()) -> Scope:
    """A scope around T0; no cameras means all."""
    return Scope(window(start_s, end_s), tuple(CameraId(c) for c in cameras), tuple(polygon))


def watch_list_entry(
    name: str = "Kim", *, seeds: Sequence[int] = (1,), max_distance: float = 0.4, **changes: object
) -> WatchListEntry:
    """Somebody looked for from T0 for a day."""
    fields: dict[str, object] = {
        "legal_basis": "Missing person report 2026-0504",
        "embeddings": tuple(embedding(seed) for seed in seeds),
        "max_distance": max_distance,
        "expires_at": at(86_400),
        "created_at": T0,
    }
    return WatchListEntry(id=uuid(name), name=name, **{**fields, **changes})  # type: ignore[arg-type]
