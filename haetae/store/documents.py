"""Parts of a sighting as columns: best shots and attributes as JSON, the path packed; floats keep every bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Any

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.geometry import Box
from haetae.domain.timing import from_us, to_us
from haetae.domain.tracklet import BestShot, Quality, Waypoint

_WAYPOINT = Struct("<q4d")  # microseconds since 1970, x1, y1, x2, y2


def pack_path(path: Iterable[Waypoint]) -> bytes:
    """40 bytes a waypoint, in order."""
    return b"".join(_WAYPOINT.pack(to_us(p.captured_at), p.box.x1, p.box.y1, p.box.x2, p.box.y2) for p in path)


def unpack_path(data: bytes) -> tuple[Waypoint, ...]:
    """The inverse of `pack_path`."""
    return tuple(Waypoint(from_us(us), Box(*corners)) for us, *corners in _WAYPOINT.iter_unpack(data))


def best_shots_to_json(shots: Iterable[BestShot]) -> list[Any]:
    """One object a best shot, best first."""
    return [
        {
            "blob_key": shot.blob_key,
            "captured_us": to_us(shot.captured_at),
            "box": [shot.box.x1, shot.box.y1, shot.box.x2, shot.box.y2],
            "score": shot.score,
            "quality": [
                shot.quality.size, shot.quality.sharpness, shot.quality.visibility, shot.quality.inside, shot.quality.total,
            ],
        }
        for shot in shots
    ]  # fmt: skip


def best_shots_from_json(document: Iterable[Mapping[str, Any]]) -> tuple[BestShot, ...]:
    """The inverse of `best_shots_to_json`."""
    return tuple(
        BestShot(
            blob_key=shot["blob_key"],
            captured_at=from_us(shot["captured_us"]),
            box=Box(*shot["box"]),
            score=shot["score"],
            quality=Quality(*shot["quality"]),
        )
        for shot in document
    )


def attributes_to_json(attributes: Attributes) -> dict[str, dict[str, float]]:
    """Scores by attribute and value."""
    return {name.value: dict(scores) for name, scores in attributes.scores.items()}


def attributes_from_json(document: Mapping[str, Mapping[str, float]]) -> Attributes:
    """The inverse of `attributes_to_json`."""
    return Attributes({AttributeName(name): dict(scores) for name, scores in document.items()})
