"""A query's scope and conditions as SQL: which partitions, which cameras, which rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Boolean, Double, Numeric, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from haetae.domain.attributes import UNKNOWN_SCORE, VALUES, AttributeCondition
from haetae.domain.geometry import GeoPoint, polygon_contains
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.ranking.evidence import DECIMALS, FAINTEST, MOST, TOLD_WRONGLY, Reliability, likelihoods
from haetae.store.tables import CameraRow, SightingEmbeddingRow, SightingRow

LONGEST_SIGHTING = timedelta(days=1)
"""A sighting that lasts longer may be missed by a window that begins after its second midnight."""


def cameras_in(session: Session, scope: Scope) -> list[CameraId] | None:
    """The cameras that the scope looks at; None for all. Cameras and a polygon together: those that are in both."""
    if not scope.polygon:
        return list(dict.fromkeys(scope.cameras)) or None
    placed = select(CameraRow.id, CameraRow.latitude, CameraRow.longitude).where(CameraRow.latitude.is_not(None))
    if scope.cameras:
        placed = placed.where(CameraRow.id.in_(scope.cameras))
    rows = session.execute(placed.where(CameraRow.longitude.is_not(None)).order_by(CameraRow.id))
    return [
        CameraId(id)
        for id, latitude, longitude in rows
        if latitude is not None and longitude is not None and polygon_contains(scope.polygon, GeoPoint(latitude, longitude))
    ]


def within(
    table: type[SightingRow] | type[SightingEmbeddingRow], scope: Scope, cameras: Sequence[CameraId] | None
) -> list[ColumnElement[bool]]:
    """Conditions on a partitioned table; the first two prune partitions."""
    started_on: InstrumentedAttribute[Any] = table.started_on
    first = (scope.window.start - LONGEST_SIGHTING).astimezone(UTC).date()
    last = scope.window.end.astimezone(UTC).date()
    conditions: list[ColumnElement[bool]] = [
        started_on >= first,
        started_on <= last,
        table.started_at < scope.window.end,
        table.ended_at >= scope.window.start,
    ]
    if cameras is not None:
        conditions.append(table.camera_id.in_(cameras))
    return conditions


def allowed_by(conditions: Sequence[AttributeCondition]) -> list[ColumnElement[bool]]:
    """Excludes rows that speak against a required condition (`AttributeCondition.evidence` below 0.5)."""
    return [cast(_score_of(c) >= UNKNOWN_SCORE, Boolean) for c in conditions if c.required]


def log_odds_of(conditions: Sequence[AttributeCondition], reliability: Reliability) -> ColumnElement[float]:
    """The sum of `haetae.ranking.evidence.log_odds` of a row of sightings; 0 without conditions."""
    total: ColumnElement[float] = literal(0.0, Double)
    for condition in dict.fromkeys(conditions):
        total = total + _log_odds_of_one(condition, reliability)
    return total


def _score_of(condition: AttributeCondition) -> ColumnElement[float]:
    """`AttributeCondition.evidence` of a row of sightings: 0 against, 0.5 unknown, 1 for."""
    scores = SightingRow.attributes[condition.name.value]
    values = [func.coalesce(cast(scores[value].astext, Double), UNKNOWN_SCORE) for value in condition.values]
    best = func.greatest(*values) if len(values) > 1 else values[0]
    known = SightingRow.attributes.has_key(condition.name.value)
    return case((known, 1.0 - best if condition.negated else best), else_=UNKNOWN_SCORE)


def _log_odds_of_one(condition: AttributeCondition, reliability: Reliability) -> ColumnElement[float]:
    read, values = likelihoods(condition, reliability), VALUES[condition.name]
    if read is None:
        return literal(0.0, Double)
    scores = SightingRow.attributes[condition.name.value]
    sharpness = reliability.of(condition.name).sharpness
    weights = [
        _weight(func.coalesce(cast(scores[value].astext, Double), UNKNOWN_SCORE), len(values), sharpness) for value in values
    ]
    odds = func.ln(_weighted(weights, read.holds) / _weighted(weights, read.fails))
    holding = func.exp(_rounded(func.greatest(func.least(odds, MOST), -MOST)))
    of_person = holding * (1.0 - TOLD_WRONGLY) + TOLD_WRONGLY
    of_anybody = holding * read.share + (1.0 - read.share)
    told = scores.has_any(array(condition.values))
    return case((told, _rounded(func.ln(of_person / of_anybody))), else_=0.0)


def _rounded(value: ColumnElement[float]) -> ColumnElement[float]:
    return cast(func.round(cast(value, Numeric), DECIMALS), Double)


def _weight(score: ColumnElement[float], k: int, sharpness: float) -> ColumnElement[float]:
    """`haetae.ranking.evidence.weight`."""
    certain = func.least(func.greatest(score, 0.0), 1.0)
    share = func.greatest(certain / (certain + (1.0 - certain) * float(k - 1)), FAINTEST)
    return share if sharpness == 1.0 else func.power(share, sharpness, type_=Double())


def _weighted(weights: Sequence[ColumnElement[float]], shares: Sequence[float]) -> ColumnElement[float]:
    total: ColumnElement[float] = weights[0] * literal(shares[0], Double)
    for weight, share in zip(weights[1:], shares[1:], strict=True):
        total = total + weight * literal(share, Double)
    return total
