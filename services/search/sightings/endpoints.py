"""/v1/sightings: what the cameras saw."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from haetae.domain.attributes import condition
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from services.search.access import READERS, Asking, asking
from services.search.desk import Desk
from services.search.queries.asked import check_cameras
from services.search.shapes import Instant, window_between
from services.search.sightings.schemas import SightingOut, SightingPage

Words = Annotated[
    list[str],
    Query(
        max_length=20,
        description="Leaves out whoever speaks against it; may be given several times.",
        examples=[["upper_colour=red|orange", "not bag=backpack"]],
    ),
]


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/sightings", tags=["sightings"])
    reader = asking(*READERS)

    @router.get("", summary="List sightings")
    def page(
        start: Annotated[Instant | None, Query(alias="from", description="Inclusive.")] = None,
        end: Annotated[Instant | None, Query(alias="to", description="Exclusive.")] = None,
        camera: Annotated[list[str], Query(max_length=1000, description="Only these cameras.")] = [],  # noqa: B006
        attribute: Words = [],  # noqa: B006
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        caller: Asking = Depends(reader),
    ) -> SightingPage:
        """The sightings of a window and cameras, newest first. Without a window: the longest that is allowed, ending now."""
        window = window_between(start, end, longest=desk.section.longest_window, clock=desk.clock)
        conditions = [condition(text, required=True) for text in attribute]
        with desk.store.begin() as transaction:
            if camera:
                check_cameras(camera, {known.id for known in transaction.cameras.all()})
            scope = Scope(window, tuple(CameraId(id) for id in camera))
            found, following = transaction.sightings.page(scope, conditions, limit=limit, after=cursor)
            detail = {"from": window.start.isoformat(), "to": window.end.isoformat(), "cameras": camera, "attributes": attribute}
            transaction.audit.record(
                caller.name, "sightings_listed", "sightings", {**detail, "n": len(found)}, desk.clock.now(), origin=caller.origin
            )
        return SightingPage(items=[SightingOut.of(sighting) for sighting in found], next_cursor=following)

    @router.get("/{id}", summary="Fetch a sighting")
    def get(id: UUID, caller: Asking = Depends(reader)) -> SightingOut:
        """One sighting with its crops and its way through the picture."""
        with desk.store.begin() as transaction:
            sighting = transaction.sightings.get(TrackletId(id))
            transaction.audit.record(caller.name, "sighting_viewed", f"sighting/{id}", {}, desk.clock.now(), origin=caller.origin)
        return SightingOut.of(replace(sighting, embedding=None))

    return router
