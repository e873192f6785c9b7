"""EncodedFrame <-> bytes: stream haetae.frames.<shard>."""

from __future__ import annotations

from haetae.domain.frame import ClockSource, EncodedFrame, FrameRef
from haetae.domain.ids import camera_id
from haetae.domain.timing import from_us, to_us
from haetae.wire.geometry import size_from_wire, size_to_wire
from haetae.wire.reading import finite, reading
from haetae.wire.v1 import frame_pb2

_CLOCK_SOURCES = {
    ClockSource.ONVIF: frame_pb2.CLOCK_SOURCE_ONVIF,
    ClockSource.RTCP: frame_pb2.CLOCK_SOURCE_RTCP,
    ClockSource.RECORDING: frame_pb2.CLOCK_SOURCE_RECORDING,
    ClockSource.ARRIVAL: frame_pb2.CLOCK_SOURCE_ARRIVAL,
}
_CLOCK_SOURCES_READ = {number: source for source, number in _CLOCK_SOURCES.items()}


def to_bytes(frame: EncodedFrame) -> bytes:
    """The frame with its JPEG."""
    ref = frame.ref
    wire = frame_pb2.EncodedFrame(jpeg=frame.jpeg)
    wire.ref.camera_id = ref.camera_id
    wire.ref.boot = ref.boot
    wire.ref.seq = ref.seq
    wire.ref.captured_at_us = to_us(ref.captured_at)
    wire.ref.received_at_us = to_us(ref.received_at)
    wire.ref.pts_s = ref.pts_s
    wire.ref.clock_source = _CLOCK_SOURCES[ref.clock_source]
    wire.ref.size.CopyFrom(size_to_wire(ref.size))
    wire.ref.detector_input.CopyFrom(size_to_wire(ref.detector_input))
    return wire.SerializeToString()


def from_bytes(payload: bytes) -> EncodedFrame:
    """The inverse of `to_bytes`; the JPEG itself is not looked at. Raises Poison."""
    with reading("EncodedFrame"):
        wire = frame_pb2.EncodedFrame.FromString(payload)
        return EncodedFrame(ref=_ref(wire.ref), jpeg=wire.jpeg)


def _ref(ref: frame_pb2.FrameRef) -> FrameRef:
    return FrameRef(
        camera_id=camera_id(ref.camera_id),
        boot=ref.boot,
        seq=ref.seq,
        captured_at=from_us(ref.captured_at_us),
        received_at=from_us(ref.received_at_us),
        pts_s=finite(ref.pts_s)[0],
        clock_source=_CLOCK_SOURCES_READ[ref.clock_source],
        size=size_from_wire(ref.size),
        detector_input=size_from_wire(ref.detector_input),
    )
