"""A query's scope and conditions as SQL: which partitions, which cameras, which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Boolean, Double, case, cast, column, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause

from haetae.domain.attributes import UNKNOWN_SCORE, VALUES, AttributeCondition, AttributeName
from haetae.domain.geometry import GeoPoint, polygon_contains
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.ranking.evidence import FAINTEST, STEPS, Likelihoods, Reliability, likelihoods
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


@dataclass(frozen=True, slots=True)
class Weighed:
    """Log odds of a row of sightings, and the readings that they need, to be joined to it: each attribute's weights as columns.

    PostgreSQL evaluates an expression as often as it is written; taken apart beside the row, each weight is computed once.
    """

    log_odds: ColumnElement[float]
    readings: tuple[LateralFromClause, ...]


def weighed(conditions: Sequence[AttributeCondition], reliability: Reliability) -> Weighed:
    """The sum of `haetae.ranking.evidence.log_odds`; 0 without conditions."""
    total: ColumnElement[float] = literal(0.0, Double)
    readings: dict[AttributeName, LateralFromClause] = {}
    for condition in dict.fromkeys(conditions):
        likely = likelihoods(condition, reliability)
        if likely is not None:
            reading = readings.setdefault(condition.name, _reading(condition.name, reliability))
            total = total + _log_odds(condition, likely, reading)
    return Weighed(total, tuple(readings.values()))


def _score_of(condition: AttributeCondition) -> ColumnElement[float]:
    """`AttributeCondition.evidence` of a row of sightings: 0 against, 0.5 unknown, 1 for."""
    scores = SightingRow.attributes[condition.name.value]
    values = [func.coalesce(cast(scores[value].astext, Double), UNKNOWN_SCORE) for value in condition.values]
    best = func.greatest(*values) if len(values) > 1 else values[0]
    known = SightingRow.attributes.has_key(condition.name.value)
    return case((known, 1.0 - best if condition.negated else best), else_=UNKNOWN_SCORE)


def _reading(name: AttributeName, reliability: Reliability) -> LateralFromClause:
    """A row of what each value of one attribute weighs in the reading, and as read_VALUE whether it was read at all."""
    values, sharpness = VALUES[name], reliability.of(name).sharpness
    record = func.jsonb_to_record(SightingRow.attributes[name.value]).table_valued(*(column(value, Double) for value in values))
    scores = record.render_derived(name=f"scores_{name.value}", with_types=True)
    weights = [_weight(func.coalesce(scores.c[v], UNKNOWN_SCORE), len(values), sharpness).label(v) for v in values]
    told = [scores.c[value].is_not(None).label(f"read_{value}") for value in values]
    # OFFSET 0 keeps PostgreSQL from writing each weight out wherever it is used
    return select(*weights, *told).select_from(scores).offset(0).lateral(f"weights_{name.value}")


def _log_odds(condition: AttributeCondition, likely: Likelihoods, reading: LateralFromClause) -> ColumnElement[float]:
    weights = [reading.c[value] for value in VALUES[condition.name]]
    odds = func.ln(_weighted(weights, likely.of_person) / _weighted(weights, likely.of_anybody))
    told = or_(*(reading.c[f"read_{value}"] for value in condition.values))
    return case((told, func.round(odds * STEPS, type_=Double()) / STEPS), else_=0.0)


def _weight(score: ColumnElement[float], k: int, sharpness: float) -> ColumnElement[float]:
    """`haetae.ranking.evidence.weight`."""
    certain = func.least(func.greatest(score, FAINTEST), 1.0)
    share = func.greatest(1.0 / (float(k - 1) / certain - float(k - 2)), FAINTEST)
    return share if sharpness == 1.0 else func.power(share, sharpness, type_=Double())


def _weighted(weights: Sequence[ColumnElement[float]], shares: Sequence[float]) -> ColumnElement[float]:
    total: ColumnElement[float] = weights[0] * literal(shares[0], Double)
    for weight, share in zip(weights[1:], shares[1:], strict=True):
        total = total + weight * literal(share, Double)
    return total
