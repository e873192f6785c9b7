"""/v1/travel-times: how long people take between cameras."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends, Response

from haetae.domain.timing import TimeWindow
from haetae.errors import Refused
from haetae.routing.certain_people import Certainty
from services.search.access import ADMINS, READERS, Asking, asking
from services.search.desk import Desk
from services.search.travel_times.learning import Sources, lesson
from services.search.travel_times.schemas import LearningIn, TravelTimesOut, summary_of

KEPT = 10
"""States of knowledge that can be gone back to."""


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/travel-times", tags=["travel-times"])
    admin, reader = asking(*ADMINS), asking(*READERS)

    @router.post("", status_code=201, summary="Learn travel times")
    def learn(asked: LearningIn, caller: Asking = Depends(admin)) -> TravelTimesOut:
        """Learns anew from confirmed and certain sightings; queries use it from now on. The ten newest states are kept."""
        now = desk.clock.now()
        window = TimeWindow(now - timedelta(days=asked.days), now)
        sources = Sources(window, Certainty(max_distance=asked.max_distance) if asked.certain else None)
        with desk.store.begin(consistent=True) as transaction:
            known = transaction.travel_times.newest()
            learned = lesson(transaction, sources, desk.times.of(transaction))
            summary = summary_of(learned)
            transaction.travel_times.put(learned.times, summary, now)
            transaction.travel_times.keep_only(KEPT)
            stored = transaction.travel_times.newest()
            assert stored is not None
            detail = {**summary, "before": known.id if known else None}
            about = f"travel-times/{stored.id}"
            transaction.audit.record(caller.name, "travel_times_learned", about, detail, now, origin=caller.origin)
        return TravelTimesOut.of(stored)

    @router.get("", summary="Fetch what is known of travel times")
    def get(caller: Asking = Depends(reader)) -> TravelTimesOut:
        """The state that counts now; 404 where nothing was learned and only the map is used."""
        with desk.store.begin() as transaction:
            stored = transaction.travel_times.newest()
        if stored is None:
            raise _nothing_learned()
        return TravelTimesOut.of(stored)

    @router.delete("", status_code=204, summary="Go back to the travel times before")
    def go_back(caller: Asking = Depends(admin)) -> Response:
        """Forgets the newest state; the one before counts again, or the map alone."""
        with desk.store.begin() as transaction:
            if not transaction.travel_times.forget_newest():
                raise _nothing_learned()
            transaction.audit.record(
                caller.name, "travel_times_forgotten", "travel-times", {}, desk.clock.now(), origin=caller.origin
            )
        return Response(status_code=204)

    return router


def _nothing_learned() -> Refused:
    return Refused("No travel times were learned yet.", status=404, kind="no-travel-times")
