"""/v1/understandings: a sentence in, a query to correct out. Nothing is stored."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from haetae.language.understand import understand, zone_of
from haetae.language.understanding import NamedPlace
from services.search.access import OPERATORS, Asking, asking
from services.search.desk import Desk
from services.search.understandings.schemas import SentenceIn, UnderstandingOut


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoint."""
    router = APIRouter(prefix="/v1/understandings", tags=["queries"])
    operator = asking(*OPERATORS)

    @router.post("", summary="Understand a sentence")
    def read(asked: SentenceIn, caller: Asking = Depends(operator)) -> UnderstandingOut:
        """What a Korean or English sentence asks: attributes with "not", a window of time, places among the cameras' names.

        Every part tells which characters it comes from, and words that were not understood are shown, never dropped. Nothing is
        looked for yet: send `query`, corrected, to `POST /v1/queries`.
        """
        zone = zone_of(asked.zone)
        with desk.store.begin() as transaction:
            cameras = transaction.cameras.all()
        places = [NamedPlace(name, (camera.id,)) for camera in cameras for name in dict.fromkeys((camera.name, camera.id))]
        return UnderstandingOut.of(understand(asked.sentence, now=asked.now or desk.clock.now(), zone=zone, places=places))

    return router
