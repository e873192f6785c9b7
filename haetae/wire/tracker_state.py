"""CameraFollowing <-> bytes: the state that a camera's tracker has between two frames, kept in Redis."""

from __future__ import annotations

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.domain.ids import TrackletId
from haetae.tracking.best_shots import Shot
from haetae.tracking.follower import CameraFollowing, Person
from haetae.tracking.motion import Floats, Motions
from haetae.tracking.path import Path
from haetae.tracking.tracker import Track, TrackerState
from haetae.wire.best_shot import shot_from_wire, shot_to_wire
from haetae.wire.geometry import box_from_wire, box_to_wire, size_from_wire, size_to_wire
from haetae.wire.reading import finite, reading, uuid_of
from haetae.wire.v1 import tracker_state_pb2

_NUMBERS = np.dtype("<f8")


def to_bytes(following: CameraFollowing) -> bytes:
    """All that is known of a camera."""
    tracker = following.tracker
    wire = tracker_state_pb2.CameraFollowing(
        boot=following.boot,
        seq=following.seq,
        received_at_us=following.received_us,
        at_us=tracker.at_us,
        last_number=tracker.last_number,
        tracks=[_track_to_wire(track, following.people[track.number]) for track in tracker.tracks],
        motion_mean=tracker.motions.mean.astype(_NUMBERS).tobytes(),
        motion_spread=tracker.motions.spread.astype(_NUMBERS).tobytes(),
    )
    if following.size.area_px:
        wire.size.CopyFrom(size_to_wire(following.size))
    return wire.SerializeToString()


def from_bytes(payload: bytes) -> CameraFollowing:
    """The inverse of `to_bytes`. Raises Poison."""
    with reading("CameraFollowing"):
        wire = tracker_state_pb2.CameraFollowing.FromString(payload)
        n = len(wire.tracks)
        motions = Motions(_numbers(wire.motion_mean, (n, 4, 2)), _numbers(wire.motion_spread, (n, 4, 3)))
        tracks = tuple(Track(t.number, t.first_us, t.last_us, t.n_detections, t.best_score, t.confirmed) for t in wire.tracks)
        return CameraFollowing(
            boot=wire.boot,
            seq=wire.seq,
            received_us=wire.received_at_us,
            size=size_from_wire(wire.size) if wire.HasField("size") else ImageSize(width=0, height=0),
            tracker=TrackerState(wire.at_us, wire.last_number, tracks, motions),
            people={track.number: _person_from_wire(track) for track in wire.tracks},
        )


def _track_to_wire(track: Track, person: Person) -> tracker_state_pb2.FollowedTrack:
    return tracker_state_pb2.FollowedTrack(
        number=track.number,
        first_us=track.first_us,
        last_us=track.last_us,
        n_detections=track.n_detections,
        best_score=track.best_score,
        confirmed=track.confirmed,
        id=person.id.bytes,
        revision=person.revision,
        published_us=person.published_us,
        shots_changed=person.shots_changed,
        shots=[tracker_state_pb2.FollowedShot(best=shot_to_wire(shot.best), appearance=shot.appearance) for shot in person.shots],
        path_us=person.path.times_us,
        path_xyxy=person.path.boxes,
        path_end_us=person.path.end_us,
        path_end=box_to_wire(person.path.end),
        path_spacing_us=person.path.spacing_us,
    )


def _person_from_wire(wire: tracker_state_pb2.FollowedTrack) -> Person:
    """Raises ValueError."""
    if not wire.path_us or len(wire.path_xyxy) != 4 * len(wire.path_us):
        raise ValueError("a path's times and boxes do not belong together")
    return Person(
        id=TrackletId(uuid_of(wire.id)),
        path=Path(
            tuple(wire.path_us),
            finite(*wire.path_xyxy),
            wire.path_end_us,
            box_from_wire(wire.path_end),
            wire.path_spacing_us,
        ),
        shots=tuple(Shot(shot_from_wire(shot.best), shot.appearance) for shot in wire.shots),
        shots_changed=wire.shots_changed,
        revision=wire.revision,
        published_us=wire.published_us,
    )


def _numbers(packed: bytes, shape: tuple[int, int, int]) -> Floats:
    """Raises ValueError where the number of bytes does not fit."""
    return np.frombuffer(packed, dtype=_NUMBERS).astype(np.float64).reshape(shape)
