"""/v1/queries/{id}/people/{n}/trajectory: the way of one person of an answer."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.search.access import READERS, Asking, asking
from services.search.desk import Desk
from services.search.queries.schemas import MOST_TARGETS
from services.search.queries.stored import answered
from services.search.routes.geojson import feature_collection
from services.search.routes.schemas import TrajectoryOut
from services.search.routes.spreadsheet import csv_of
from services.search.routes.ways import person_of, way_of
from services.search.shapes import Instant

GEOJSON, CSV = "application/geo+json", "text/csv; charset=utf-8; header=present"


class Format(StrEnum):
    """`json`: everything. `geojson`: for a map (RFC 7946). `csv`: for a spreadsheet, stops and next cameras."""

    JSON = "json"
    GEOJSON = "geojson"
    CSV = "csv"


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The way, in the format that was asked for.",
        "content": {
            GEOJSON: {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/queries", tags=["trajectories"])
    reader = asking(*READERS)

    @router.get(
        "/{id}/people/{n}/trajectory",
        summary="Fetch the way of a person",
        response_model=TrajectoryOut,
        responses=_RESPONSES,
    )
    def trajectory(
        id: UUID,
        n: int,
        target: Annotated[int, Query(ge=0, lt=MOST_TARGETS, description="Of a query with several targets: which, from 0.")] = 0,
        format: Format = Format.JSON,
        at: Annotated[Instant | None, Query(description="Where to look when: by default now.")] = None,
        caller: Asking = Depends(reader),
    ) -> Response | TrajectoryOut:
        """The likeliest way over the candidates of the answer's n-th person (from 1), its gaps, other ways, and at which cameras
        the person may appear next, and when: with what is known of travel times now. Fetching it is recorded in the audit."""
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            query = answered(transaction.queries.get(id))
            person = person_of(query, target, n)
            times = desk.times.of(transaction)
            detail = {"target": target, "person": n, "format": format.value}
            transaction.audit.record(caller.name, "trajectory_viewed", f"query/{id}", detail, now, origin=caller.origin)
        way = way_of(person, (id, target, n), at or now, times)
        return _as(format, way)

    return router


def _as(format: Format, way: TrajectoryOut) -> Response | TrajectoryOut:
    name = f"trajectory-{way.query_id}-{way.person}"
    match format:
        case Format.GEOJSON:
            text = json.dumps(feature_collection(way), allow_nan=False)
            return Response(text, media_type=GEOJSON, headers=_saved_as(f"{name}.geojson"))
        case Format.CSV:
            return Response(csv_of(way), media_type=CSV, headers=_saved_as(f"{name}.csv"))
        case _:
            return way


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
