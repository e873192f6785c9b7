"""A query's scope and conditions as SQL: which partitions, which cameras, which rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Boolean, Double, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from haetae.domain.attributes import UNKNOWN_SCORE, AttributeCondition
from haetae.domain.geometry import GeoPoint, polygon_contains
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
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


def evidence_of(condition: AttributeCondition) -> ColumnElement[float]:
    """`AttributeCondition.evidence` of a row of sightings: 0 against, 0.5 unknown, 1 for."""
    scores = SightingRow.attributes[condition.name.value]
    values = [func.coalesce(cast(scores[value].astext, Double), UNKNOWN_SCORE) for value in condition.values]
    best = func.greatest(*values) if len(values) > 1 else values[0]
    known = SightingRow.attributes.has_key(condition.name.value)
    return case((known, 1.0 - best if condition.negated else best), else_=UNKNOWN_SCORE)


def allowed_by(conditions: Sequence[AttributeCondition]) -> list[ColumnElement[bool]]:
    """Excludes rows that speak against a required condition."""
    return [cast(evidence_of(c) >= UNKNOWN_SCORE, Boolean) for c in conditions if c.required]


def mean_evidence(conditions: Sequence[AttributeCondition]) -> ColumnElement[float]:
    """The mean evidence of all conditions, 0-1; UNKNOWN_SCORE without conditions."""
    if not conditions:
        return literal(UNKNOWN_SCORE, Double)
    total: ColumnElement[float] = evidence_of(conditions[0])
    for condition in conditions[1:]:
        total = total + evidence_of(condition)
    return total / literal(float(len(conditions)), Double)
