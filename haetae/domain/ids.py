"""Identifiers: what they look like and how the derived ones are made."""

from __future__ import annotations

import re
from typing import NewType
from uuid import UUID, uuid5

from haetae.errors import Refused

CameraId = NewType("CameraId", str)
TrackletId = NewType("TrackletId", UUID)

_NAMESPACE = UUID("5f0c1d3e-6a0b-5d5a-9d6e-4b1f1c8f7a11")
_CAMERA_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def camera_id(text: str) -> CameraId:
    """`text` as a camera id: 1-63 of a-z 0-9 . _ - beginning with a letter or digit. Raises Refused (422)."""
    if not _CAMERA_ID.fullmatch(text):
        raise Refused(
            "A camera id is 1-63 characters of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.",
            status=422,
            kind="invalid-camera-id",
        )
    return CameraId(text)


def tracklet_id(camera: CameraId, boot: str, number: int) -> TrackletId:
    """The id of the `number`-th track of one camera in one boot of its reader: the same frames give the same id again."""
    return TrackletId(uuid5(_NAMESPACE, f"{camera}/{boot}/{number}"))
