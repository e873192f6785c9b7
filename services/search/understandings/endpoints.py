"""/v1/understandings: a sentence in, a query to correct out. Nothing is stored but that a sentence was sent elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from haetae.errors import Refused
from haetae.language.opinion.opinion import NoOpinion
from haetae.language.understand import understand, zone_of
from haetae.language.understanding import NamedPlace, Understanding
from services.search.access import OPERATORS, Asking, asking
from services.search.desk import Desk
from services.search.understandings.schemas import SentenceIn, UnderstandingOut
from services.search.understandings.second_opinion import SecondOpinionOut
from services.search.understandings.second_reader import Asked


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoint."""
    router = APIRouter(prefix="/v1/understandings", tags=["queries"])
    operator = asking(*OPERATORS)

    @router.post("", summary="Understand a sentence")
    def read(asked: SentenceIn, caller: Asking = Depends(operator)) -> UnderstandingOut:
        """What a Korean or English sentence asks: attributes with "not", a window of time, places among the cameras' names.

        Every part tells which characters it comes from, and words that were not understood are shown, never dropped. Nothing is
        looked for yet: send `query`, corrected, to `POST /v1/queries`.

        With `second_opinion` a language model reads the sentence too, where the site configured one. `query` stays ours;
        `second_opinion` says slot by slot where the model agrees, and what it suggests instead. Whatever goes wrong with the
        model, the understanding is answered, with the reason. Each sentence that is sent is recorded in the audit, without its
        words, and counts as a query against the caller's limit.
        """
        zone = zone_of(asked.zone)
        with desk.store.begin() as transaction:
            cameras = transaction.cameras.all()
        places = [NamedPlace(name, (camera.id,)) for camera in cameras for name in dict.fromkeys((camera.name, camera.id))]
        now = asked.now or desk.clock.now()
        found = understand(asked.sentence, now=now, zone=zone, places=places)
        if not asked.second_opinion:
            return UnderstandingOut.of(found)
        return UnderstandingOut.of(found, _second(desk, caller, found, Asked(found.text, now, zone, places)))

    return router


def _second(desk: Desk, caller: Asking, ours: Understanding, asked: Asked) -> SecondOpinionOut:
    """The second opinion, or why there is none. Raises Refused (429), Transient before anything is sent."""
    reader = desk.second_reader
    if reader is None:
        return SecondOpinionOut.none(NoOpinion("No endpoint is configured for second opinions."), "")
    wait_s = desk.buckets.take(caller.name)
    if wait_s:
        raise Refused(f"Too many queries; try again in {wait_s} s.", status=429, kind="too-many-queries", retry_after_s=wait_s)
    with desk.store.begin() as transaction:
        detail = {"host": reader.host, "model": reader.model, "n_characters": len(asked.text)}
        transaction.audit.record(caller.name, "sentence_sent", "understanding", detail, desk.clock.now(), origin=caller.origin)
    try:
        return SecondOpinionOut.of(ours, reader.opinion(asked), reader.model)
    except NoOpinion as none:
        return SecondOpinionOut.none(none, reader.model)
