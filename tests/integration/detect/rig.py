"""Frames of real clips on a real bus, and workers as processes that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import av
import redis

from haetae.bus.ledger import Ledger, entries_for
from haetae.bus.publisher import Outgoing, Publisher
from haetae.bus.rendezvous import shard_of
from haetae.bus.topics import TRACKLETS, frames
from haetae.domain.frame import ClockSource, EncodedFrame
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.domain.timing import TimeWindow
from haetae.domain.tracklet import Tracklet
from haetae.embedded.ports import any_free
from haetae.imaging.jpeg import encode
from haetae.wire import frame as frame_wire
from haetae.wire import tracklet as tracklet_wire
from tests.kit.builders import T0, frame_ref
from tests.kit.waiting import until

N_SHARDS = 8


def clip_frames(clip: Path, rate_hz: float, n: int) -> list[tuple[float, ImageSize, bytes]]:
    """The first `n` frames sampled at `rate_hz`: seconds, size, JPEG."""
    sampled: list[tuple[float, ImageSize, bytes]] = []
    with av.open(str(clip)) as container:
        for image in container.decode(video=0):
            if image.time >= len(sampled) / rate_hz - 1e-6:
                size = ImageSize(width=image.width, height=image.height)
                sampled.append((float(image.time), size, encode(image.to_ndarray(format="bgr24"))))
            if len(sampled) == n:
                break
    return sampled


def recording(
    sampled: Iterable[tuple[float, ImageSize, bytes]],
    camera_id: str,
    *,
    boot: str = "file-1",
    clock_source: ClockSource = ClockSource.RECORDING,
    captured_from: datetime = T0,
) -> list[EncodedFrame]:
    """Frames of a camera. Those of a live camera arrive when they were captured, those of a recording now, all at once."""
    now = datetime.now(UTC)
    return [
        EncodedFrame(
            frame_ref(
                seq,
                camera_id,
                boot=boot,
                captured_at=captured_from + timedelta(seconds=at_s),
                received_at=now if clock_source is ClockSource.RECORDING else captured_from + timedelta(seconds=at_s),
                pts_s=at_s,
                clock_source=clock_source,
                size=size,
            ),
            jpeg,
        )
        for seq, (at_s, size, jpeg) in enumerate(sampled)
    ]


class Rig:
    """The bus, the blobs, and the workers."""

    def __init__(self, client: redis.Redis, redis_url: str, triton_address: str, models_folder: Path, folder: Path) -> None:
        self.redis = client
        self.folder = folder
        self.ledger = Ledger(client)
        self._publisher = Publisher(client)
        self._workers: list[subprocess.Popen[bytes]] = []
        self._env = {
            **os.environ,
            "HAETAE_REDIS__URL": redis_url,
            "HAETAE_REDIS__FRAME_SHARDS": str(N_SHARDS),
            "HAETAE_TRITON__ADDRESS": triton_address,
            "HAETAE_MODELS__FOLDER": str(models_folder),
            "HAETAE_BLOBS__FOLDER": str(folder / "blobs"),
            "HAETAE_DETECT__LEASE_TTL_S": "2",
            "HAETAE_DETECT__RECORDING_PATIENCE_S": "6",
        }

    def start(self, name: str = "detect-a", **settings: object) -> subprocess.Popen[bytes]:
        """A worker of that name."""
        own = {f"HAETAE_DETECT__{key.upper()}": str(value) for key, value in settings.items()}
        env = {**self._env, "HAETAE_DETECT__NAME": name, "HAETAE_DETECT__PORT": str(any_free()), **own}
        with (self.folder / f"{name}.log").open("ab") as log:
            worker = subprocess.Popen([sys.executable, "-m", "services.detect"], env=env, stdout=log, stderr=log)
        self._workers.append(worker)
        return worker

    def kill_all(self) -> None:
        """SIGKILL to every worker that still runs."""
        for worker in self._workers:
            worker.kill()
            worker.wait()

    def send(self, sent: Sequence[EncodedFrame]) -> None:
        """Frames onto the shards of their cameras, with the ledger's count."""
        for frame in sent:
            topic = frames(shard_of(frame.ref.camera_id, N_SHARDS))
            self._publisher.publish([Outgoing(topic, frame_wire.to_bytes(frame))], entries_for(frame.ref, "received"))

    def backlog(self) -> int:
        """Frames that have not come to an end."""
        return sum(self._publisher.backlog(frames(shard)) for shard in range(N_SHARDS))

    def wait_until_done(self, within_s: float = 90.0) -> None:
        """Returns when every frame sent has come to an end."""
        until(lambda: self.backlog() == 0, "all frames are done", within_s=within_s)

    def told(self, camera_id: str) -> list[Tracklet]:
        """The messages about a camera's tracklets, oldest first."""
        entries = cast(list[tuple[bytes, dict[bytes, bytes]]], self.redis.xrange(TRACKLETS))
        tracklets = [tracklet_wire.from_bytes(fields[b"p"]) for _, fields in entries]
        return [tracklet for tracklet in tracklets if tracklet.camera_id == camera_id]

    def fates(self, camera_id: str) -> Counter[str]:
        """The ledger of a camera's frames."""
        now = datetime.now(UTC)
        window = TimeWindow(now - timedelta(hours=1), now + timedelta(hours=1))
        total: Counter[str] = Counter()
        for counts in self.ledger.read(CameraId(camera_id), window).values():
            total.update(counts)
        return total
