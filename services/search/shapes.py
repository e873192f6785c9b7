"""Parts that requests and answers of several resources share: boxes, places, windows of time, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from haetae.domain.attributes import AttributeName, Attributes
from haetae.domain.geometry import Box, GeoPoint
from haetae.domain.timing import Clock, TimeWindow
from haetae.errors import Refused

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _plausible(instant: datetime) -> datetime:
    if not _FIRST <= instant < _LAST:
        raise ValueError("an instant lies between 1970 and 2200")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""An instant with its time zone, such as 2026-05-04T12:02:01+09:00; answers are in UTC."""

Scores = Mapping[AttributeName, Mapping[str, float]]


class Strict(BaseModel):
    """A request: a field that is not known is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class Shown(BaseModel):
    """An answer. Callers should expect that fields are added."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class BoxShape(Strict):
    """A box in pixels of the full picture; (x1, y1) is its top left corner."""

    x1: float = Field(ge=-1e6, le=1e6)
    y1: float = Field(ge=-1e6, le=1e6)
    x2: float = Field(ge=-1e6, le=1e6)
    y2: float = Field(ge=-1e6, le=1e6)

    @classmethod
    def of(cls, box: Box) -> Self:
        """The box as it is shown."""
        return cls(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2)

    def box(self) -> Box:
        """The box as a fact."""
        return Box(self.x1, self.y1, self.x2, self.y2)


class Place(Strict):
    """A place on the map in WGS 84 degrees."""

    latitude: float = Field(ge=-90, le=90, examples=[37.5665])
    longitude: float = Field(ge=-180, le=180, examples=[126.978])

    @classmethod
    def of(cls, point: GeoPoint) -> Self:
        """The place as it is shown."""
        return cls(latitude=point.latitude, longitude=point.longitude)

    def point(self) -> GeoPoint:
        """The place as a fact."""
        return GeoPoint(self.latitude, self.longitude)


def scores_of(attributes: Attributes) -> Scores:
    """Scores by attribute and value, as they are shown."""
    return {name: dict(values) for name, values in attributes.scores.items()}


def window_between(start: datetime | None, end: datetime | None, *, longest: timedelta, clock: Clock) -> TimeWindow:
    """The window that is asked for; what is left open ends now, and lasts as long as is allowed.

    Raises Refused (422: window-reversed, window-too-long).
    """
    end = end or (start + longest if start else clock.now())
    start = start or end - longest
    if end <= start:
        raise Refused("The window ends before it begins.", status=422, kind="window-reversed")
    if end - start > longest:
        days = f"{longest / timedelta(days=1):g}"
        raise Refused(f"The window is longer than the {days} days that are allowed.", status=422, kind="window-too-long")
    return TimeWindow(start, end)
