"""Tracklet <-> bytes: stream haetae.tracklets."""

from __future__ import annotations

from haetae.domain.ids import TrackletId, camera_id
from haetae.domain.timing import from_us, to_us
from haetae.domain.tracklet import Tracklet
from haetae.wire.best_shot import shot_from_wire, shot_to_wire, waypoint_from_wire, waypoint_to_wire
from haetae.wire.geometry import size_from_wire, size_to_wire
from haetae.wire.reading import reading, uuid_of
from haetae.wire.v1 import tracklet_pb2


def to_bytes(tracklet: Tracklet) -> bytes:
    """The tracklet; its crops stay in the blobs."""
    return tracklet_pb2.Tracklet(
        id=tracklet.id.bytes,
        camera_id=tracklet.camera_id,
        started_at_us=to_us(tracklet.started_at),
        ended_at_us=to_us(tracklet.ended_at),
        n_detections=tracklet.n_detections,
        best_shots=[shot_to_wire(shot) for shot in tracklet.best_shots],
        path=[waypoint_to_wire(waypoint) for waypoint in tracklet.path],
        frame_size=size_to_wire(tracklet.frame_size),
        closed=tracklet.closed,
        revision=tracklet.revision,
        received_at_us=to_us(tracklet.received_at),
    ).SerializeToString()


def from_bytes(payload: bytes) -> Tracklet:
    """The inverse of `to_bytes`. Raises Poison."""
    with reading("Tracklet"):
        wire = tracklet_pb2.Tracklet.FromString(payload)
        return Tracklet(
            id=TrackletId(uuid_of(wire.id)),
            camera_id=camera_id(wire.camera_id),
            started_at=from_us(wire.started_at_us),
            ended_at=from_us(wire.ended_at_us),
            n_detections=wire.n_detections,
            best_shots=tuple(shot_from_wire(shot) for shot in wire.best_shots),
            path=tuple(waypoint_from_wire(waypoint) for waypoint in wire.path),
            frame_size=size_from_wire(wire.frame_size),
            closed=wire.closed,
            revision=wire.revision,
            received_at=from_us(wire.received_at_us),
        )
