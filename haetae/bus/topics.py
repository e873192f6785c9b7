"""The name of every stream and of its one consumer group, in one place."""

from __future__ import annotations

FRAMES = "haetae.frames"
"""The family of frame streams, one a shard: see `frames`."""

TRACKLETS = "haetae.tracklets"
SIGHTINGS = "haetae.sightings"
CAMERA_REPORTS = "haetae.cameras"

_DEAD = ".dead"
_GROUPS = {FRAMES: "detect", TRACKLETS: "reid", SIGHTINGS: "alert", CAMERA_REPORTS: "alert"}


def frames(shard: int) -> str:
    """The stream of frames of one shard: a camera stays on one shard, because its tracker holds state."""
    return f"{FRAMES}.{shard}"


def group_of(topic: str) -> str:
    """The service that reads `topic`: its consumer group. Raises KeyError on a topic that is none of ours."""
    family = FRAMES if topic.startswith(f"{FRAMES}.") else topic
    return _GROUPS[family]


def dead_letter(topic: str) -> str:
    """Where messages of `topic` lie that could not be processed, with their cause."""
    return f"{topic}{_DEAD}"
