"""One box in one frame."""

from __future__ import annotations

from dataclasses import dataclass

from haetae.domain.geometry import Box


@dataclass(frozen=True, slots=True)
class Detection:
    """A person found in one frame: box in pixels of the source frame, score 0-1."""

    box: Box
    score: float
