"""The service's handling of messages: what came of a batch of frames is committed with their acknowledgement, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from haetae.bus.consumer import Commit, Message
from haetae.bus.ledger import PROCESSED, TRACKLETS_CLOSED, LedgerEntry, entries_for
from haetae.bus.publisher import Outgoing
from haetae.bus.topics import TRACKLETS
from haetae.domain.ids import CameraId
from haetae.domain.timing import Clock
from haetae.wire import frame as frame_wire
from haetae.wire import tracklet as tracklet_wire
from services.detect.admission import key_of
from services.detect.followings import Followings
from services.detect.idle import IdleCameras
from services.detect.metrics import DetectMetrics
from services.detect.pipeline import DetectPipeline, Outcome
from services.detect.shards import OwnedShards
from services.detect.view import JpegView


class DetectWorker:
    """Handles batches of frames. Between two calls it remembers nothing that Redis does not know better."""

    def __init__(
        self,
        pipeline: DetectPipeline,
        followings: Followings,
        idle: IdleCameras,
        shards: OwnedShards,
        metrics: DetectMetrics,
        clock: Clock,
    ) -> None:
        self._pipeline = pipeline
        self._followings = followings
        self._idle = idle
        self._shards = shards
        self._metrics = metrics
        self._clock = clock

    def handle(self, messages: Sequence[Message]) -> Commit:
        """The people in a batch of frames. A worker that dies before the commit has kept crops and nothing else.

        Raises Transient and Poison.
        """
        began_s = self._clock.monotonic_s()
        views = [JpegView(frame_wire.from_bytes(message.payload)) for message in messages]
        known = self._followings.read(dict.fromkeys(key_of(view.ref) for view in views))
        outcome = self._pipeline.process(views, known)
        traces = {view.ref.camera_id: m.traceparent for view, m in zip(views, messages, strict=True) if m.traceparent}
        commit = self._commit(outcome, traces=traces)
        self._metrics.count(outcome, self._clock.monotonic_s() - began_s)
        return commit

    def on_idle(self) -> Commit | None:
        """Between batches: closes what is followed on cameras from which nothing comes any more. Raises Transient."""
        over, forgotten = self._idle.due(self._shards.held())
        if not over and not forgotten:
            return None
        outcome = self._pipeline.close(over)
        self._metrics.count(outcome)
        return self._commit(outcome, forgotten)

    def _commit(
        self, outcome: Outcome, forgotten: Sequence[str] = (), traces: Mapping[CameraId, str] = MappingProxyType({})
    ) -> Commit:
        """`traces` by camera: what a tracklet of it belongs to, where one of the camera's frames is in a trace."""
        self._idle.note(outcome.followings)
        ledger: list[LedgerEntry] = []
        for ref, reason in outcome.fates:
            ledger.extend(entries_for(ref, PROCESSED if reason is None else reason))
        for tracklet in outcome.tracklets:
            if tracklet.closed:
                minute = tracklet.received_at.replace(second=0, microsecond=0)
                ledger.append(LedgerEntry(tracklet.camera_id, minute, TRACKLETS_CLOSED))
        return Commit(
            publish=[
                Outgoing(TRACKLETS, tracklet_wire.to_bytes(tracklet), traceparent=traces.get(tracklet.camera_id, ""))
                for tracklet in outcome.tracklets
            ],
            put=self._followings.to_put(outcome.followings),
            delete=self._followings.to_delete(forgotten),
            ledger=ledger,
        )
