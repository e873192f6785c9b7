"""A reader process: some cameras, a thread each; orders come on standard input, beats go to standard output."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from types import TracebackType

import cv2

from haetae.bus.connection import connect
from haetae.bus.publisher import Publisher
from haetae.domain.camera import CameraState
from haetae.domain.timing import SystemClock
from haetae.errors import Misconfigured
from haetae.media.picture import Picture
from haetae.telemetry import logs, tracing
from services.ingest.camera_reader import CameraReader, Habits
from services.ingest.counts import Counts
from services.ingest.encoding import Encoder
from services.ingest.errands import Beat, Errand, Orders, Status, beat_to_line, orders_in
from services.ingest.outbox import Outbox
from services.ingest.publishing import Publishing
from services.ingest.settings import IngestSettings
from services.ingest.slots import NewestFrames

BEAT_EVERY_S = 0.5
_NO_ORDERS = 4  # exit status
_BROKEN = 3
_GRACE_S = 4.0


class ReaderProcess:
    """Follows its orders. `for_recordings` decides whether what comes can be made to wait."""

    def __init__(self, settings: IngestSettings, *, for_recordings: bool) -> None:
        own = settings.ingest
        self._counts, self._slots = Counts(), NewestFrames[Picture]()
        self._outbox = Outbox(own.local_backlog_bytes // (8 if for_recordings else 1))
        self._readers: dict[str, CameraReader] = {}
        self._stop, self._encoded = threading.Event(), threading.Event()
        self._fence_s = own.lease_ttl_s
        self._publishing = Publishing(
            Publisher(connect(settings.redis.url.get_secret_value())),
            self._outbox,
            self._counts,
            n_shards=settings.redis.frame_shards,
            max_backlog=own.recording_backlog if for_recordings else own.max_backlog,
            waits=for_recordings,
        )
        self._habits = Habits(
            site=settings.site,
            clock=SystemClock(),
            counts=self._counts,
            slots=self._slots,
            is_full=self._publishing.is_full,
            heartbeat_s=own.heartbeat_s,
            motion_hold_s=own.motion_hold_s,
            longest_backoff_s=own.longest_backoff_s,
        )

    def run(self) -> None:
        """Until standard input ends, or no orders came for as long as a lease lasts: then another may read our cameras."""
        encoder = Encoder(self._slots, self._outbox, self._counts, self._errand_of)
        threads = [
            threading.Thread(target=self._encode, args=(encoder,), name="encoder", daemon=True),
            threading.Thread(target=self._publishing.run, args=(self._stop, self._encoded.is_set), name="publisher", daemon=True),
            threading.Thread(target=self._beat, name="beats", daemon=True),
        ]
        for thread in threads:
            thread.start()
        self._follow_orders()
        for reader in self._readers.values():
            reader.stop()
        ends_s = time.monotonic() + _GRACE_S
        while any(reader.is_alive for reader in self._readers.values()) and time.monotonic() < ends_s:
            time.sleep(0.05)
        self._stop.set()
        for thread in threads[:2]:
            thread.join(max(0.1, ends_s - time.monotonic()))

    def _encode(self, encoder: Encoder) -> None:
        encoder.run(self._stop)
        self._encoded.set()

    def _errand_of(self, name: str) -> Errand | None:
        reader = self._readers.get(name)
        return reader.errand if reader is not None else None

    def _follow_orders(self) -> None:
        buffer, heard_s = bytearray(), time.monotonic()
        while True:
            readable, _, _ = select.select([0], [], [], 0.5)
            if readable:
                data = os.read(0, 65_536)
                if not data:
                    return
                buffer += data
                for orders in orders_in(buffer):
                    heard_s = time.monotonic()
                    self._take(orders)
            if time.monotonic() - heard_s > self._fence_s:
                os._exit(_NO_ORDERS)
            self._bury()

    def _take(self, orders: Orders) -> None:
        self._publishing.allow(dict(orders.publish_until_s))
        wanted = {errand.name: errand for errand in orders.errands}
        for name, reader in self._readers.items():
            if wanted.get(name) != reader.errand:
                reader.stop()
        for name, errand in wanted.items():
            if name not in self._readers:
                self._readers[name] = CameraReader(errand, self._habits)
                self._readers[name].start()

    def _bury(self) -> None:
        """Forgets readers that were stopped and have ended; what still waits of them was taken while they were ours."""
        for name, reader in list(self._readers.items()):
            if reader.is_stopping and not reader.is_alive:
                del self._readers[name]
                self._outbox.discard(name)

    def _beat(self) -> None:
        while True:
            statuses = tuple(self._status(reader) for reader in list(self._readers.values()))
            os.write(1, beat_to_line(Beat(statuses, self._counts.totals())).encode())
            time.sleep(BEAT_EVERY_S)

    def _status(self, reader: CameraReader) -> Status:
        """A recording is finished only when the last of its frames is published."""
        status = reader.watch.status()
        if reader.watch.is_finished and not (self._slots.is_empty() and self._outbox.is_empty()):
            return Status(status.name, CameraState.LIVE, "", status.last_frame_at, 0.0, min(0.999, status.progress))
        return status


def _give_up(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A fault nobody foresaw ends the process; the worker starts another."""
    logs.get().error("reader_broke", exc_info=(kind, error, trace) if error is not None else None)
    os._exit(_BROKEN)


def main() -> int:
    """Runs as `python -m services.ingest.reader live|recordings`; settings come from the environment."""
    settings = IngestSettings.load()
    logs.configure("ingest", settings.telemetry.log_level, settings.telemetry.log_json)
    threading.excepthook = lambda args: _give_up(args.exc_type, args.exc_value, args.exc_traceback)
    cv2.setNumThreads(1)
    tracing.start("ingest", settings.telemetry.traces.collector())
    ReaderProcess(settings, for_recordings=sys.argv[1:] == ["recordings"]).run()
    tracing.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Misconfigured as error:
        sys.exit(f"ingest: {error}")
