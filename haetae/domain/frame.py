"""Frames with both their clocks, decoded or encoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId

Pixels = NDArray[np.uint8]
"""(height, width, 3) uint8, BGR, 0-255, C order."""


class ClockSource(StrEnum):
    """Where a frame's `captured_at` comes from, best first."""

    ONVIF = "onvif"  # RTP extension header 0xABAC: the camera's own absolute time
    RTCP = "rtcp"  # RTCP sender report: the camera's NTP time
    RECORDING = "recording"  # start time of the file plus PTS
    ARRIVAL = "arrival"  # the time at which the frame reached us


@dataclass(frozen=True, slots=True)
class FrameRef:
    """A frame without its pixels.

    (camera_id, boot, seq) is unique: seq grows within one boot of the camera's reader. A recording read again has the same
    boot and the same seqs; a live camera has a new boot each time its reader starts.
    """

    camera_id: CameraId
    boot: str
    seq: int
    captured_at: datetime
    received_at: datetime
    pts_s: float
    clock_source: ClockSource
    size: ImageSize  # of the source frame: boxes are in these pixels
    detector_input: ImageSize = field(default=ImageSize(width=640, height=384))


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame; `pixels` has the size `ref.size`."""

    ref: FrameRef
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """A frame as JPEG. The JPEG may be smaller than `ref.size`; boxes stay in pixels of `ref.size`."""

    ref: FrameRef
    jpeg: bytes


class DropReason(StrEnum):
    """Why a received frame was not processed: the ledger's columns."""

    NOT_SAMPLED = "not_sampled"  # between two samples
    NO_MOTION = "no_motion"  # behind the motion gate
    SUPERSEDED = "superseded"  # a newer frame of the camera came before this one could be encoded
    BACKLOG_FULL = "backlog_full"  # detect is behind: the bound of the stream
    BUS_AWAY = "bus_away"  # Redis away for longer than the local backlog holds
    TOO_OLD = "too_old"  # waited too long for detection
    UNREADABLE = "unreadable"  # decoding or encoding failed
