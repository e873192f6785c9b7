"""CameraReport <-> bytes: stream haetae.cameras."""

from __future__ import annotations

from haetae.domain.camera import CameraReport, CameraState
from haetae.domain.ids import camera_id
from haetae.domain.timing import from_us, to_us
from haetae.wire.reading import reading
from haetae.wire.v1 import camera_report_pb2

_STATES = {
    CameraState.CONNECTING: camera_report_pb2.CAMERA_STATE_CONNECTING,
    CameraState.LIVE: camera_report_pb2.CAMERA_STATE_LIVE,
    CameraState.STALE: camera_report_pb2.CAMERA_STATE_STALE,
    CameraState.BACKING_OFF: camera_report_pb2.CAMERA_STATE_BACKING_OFF,
    CameraState.DISABLED: camera_report_pb2.CAMERA_STATE_DISABLED,
    CameraState.FINISHED: camera_report_pb2.CAMERA_STATE_FINISHED,
}
_STATES_READ = {number: state for state, number in _STATES.items()}


def to_bytes(report: CameraReport) -> bytes:
    """The report."""
    return camera_report_pb2.CameraReport(
        camera_id=report.camera_id,
        state=_STATES[report.state],
        since_us=to_us(report.since),
        worker=report.worker,
        detail=report.detail,
        last_frame_at_us=None if report.last_frame_at is None else to_us(report.last_frame_at),
    ).SerializeToString()


def from_bytes(payload: bytes) -> CameraReport:
    """The inverse of `to_bytes`. Raises Poison."""
    with reading("CameraReport"):
        wire = camera_report_pb2.CameraReport.FromString(payload)
        return CameraReport(
            camera_id=camera_id(wire.camera_id),
            state=_STATES_READ[wire.state],
            since=from_us(wire.since_us),
            worker=wire.worker,
            detail=wire.detail,
            last_frame_at=from_us(wire.last_frame_at_us) if wire.HasField("last_frame_at_us") else None,
        )
