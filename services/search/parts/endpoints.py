"""/v1/queries/{id}/candidates/{sighting_id}/parts: which stripes of two crops make them alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Depends, Query

from haetae.blobs.port import BlobMissing
from haetae.domain.embedding import Vectors
from haetae.domain.frame import Pixels
from haetae.errors import Refused
from haetae.imaging.jpeg import decode
from haetae.imaging.occlusion import N_STRIPES, without_stripes
from services.search.access import READERS, Asking, asking
from services.search.crops.links import key_of
from services.search.desk import Desk
from services.search.parts.schemas import PartsOut, StripeOut
from services.search.queries.schemas import MOST_PHOTOS, MOST_TARGETS

Target = Annotated[int, Query(ge=0, lt=MOST_TARGETS, description="Of a query with several targets: which, from 0.")]
Photo = Annotated[int, Query(ge=0, lt=MOST_PHOTOS, description="Which of the photos, from 0.")]


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoint."""
    router = APIRouter(prefix="/v1/queries", tags=["queries"])
    reader = asking(*READERS)

    @router.get("/{id}/candidates/{sighting_id}/parts", summary="Which parts of photo and candidate look alike")
    def get(id: UUID, sighting_id: UUID, target: Target = 0, photo: Photo = 0, caller: Asking = Depends(reader)) -> PartsOut:
        """Measured now: each stripe of one crop is covered in turn, and its similarity to the whole other crop compared.

        Viewing it is recorded in the audit.
        """
        _within_limit(desk, caller)
        with desk.store.begin() as transaction:
            answer = transaction.queries.get(id).answer
            photo_url, candidate_url = _urls(answer, target, photo, sighting_id)
            detail = {"sighting_id": str(sighting_id), "photo": photo}
            transaction.audit.record(caller.name, "parts_viewed", f"query/{id}", detail, desk.clock.now(), origin=caller.origin)
        return _compared(desk, photo_url, candidate_url)

    return router


def _within_limit(desk: Desk, caller: Asking) -> None:
    """Each call embeds as much as some queries: it counts as one."""
    wait_s = desk.buckets.take(caller.name)
    if wait_s:
        raise Refused(f"Too many queries; try again in {wait_s} s.", status=429, kind="too-many-queries", retry_after_s=wait_s)


def _urls(answer: Mapping[str, Any], target: int, photo: int, sighting_id: UUID) -> tuple[str, str]:
    """Of the crops of the photo and of the candidate. Raises Refused (404: unknown-photo, unknown-candidate)."""
    targets = answer.get("targets") or [answer]
    own = targets[target] if target < len(targets) else {}
    photo_url = next((each["crop_url"] for each in own.get("probes", []) if each["photo"] == photo), None)
    if photo_url is None:
        raise Refused("The query has no such photo.", status=404, kind="unknown-photo")
    candidates = (each for person in own.get("people", []) for each in person["candidates"])
    candidate_url = next((each["crop_url"] for each in candidates if each["sighting_id"] == str(sighting_id)), None)
    if candidate_url is None:
        raise Refused("The answer has no such candidate.", status=404, kind="unknown-candidate", sighting_id=sighting_id)
    return photo_url, candidate_url


def _compared(desk: Desk, photo_url: str, candidate_url: str) -> PartsOut:
    crops = [_crop(desk, url) for url in (photo_url, candidate_url)]
    vectors = desk.reader.embed_crops([crops[0], *without_stripes(crops[0]), crops[1], *without_stripes(crops[1])])
    photos, candidates = vectors[: N_STRIPES + 1], vectors[N_STRIPES + 1 :]
    return PartsOut(
        model=str(desk.reader.model),
        similarity=float(photos[0] @ candidates[0]),
        photo_crop_url=photo_url,
        candidate_crop_url=candidate_url,
        photo=_stripes(photos, candidates[0]),
        candidate=_stripes(candidates, photos[0]),
    )


def _stripes(own: Vectors, other: Vectors) -> list[StripeOut]:
    """`own` (1 + N_STRIPES, d): of the whole crop, then with each stripe covered."""
    worth = own[0] @ other - own[1:] @ other
    edges = np.linspace(0, 1, N_STRIPES + 1).tolist()
    return [StripeOut(top=edges[i], bottom=edges[i + 1], worth=float(each)) for i, each in enumerate(worth)]


def _crop(desk: Desk, url: str) -> Pixels:
    try:
        crop = decode(desk.blobs.get(key_of(url)))
    except BlobMissing:
        raise Refused("The crop is not kept any more.", status=404, kind="unknown-crop") from None
    if crop.shape[0] < N_STRIPES:
        raise Refused(f"A crop of {crop.shape[0]} rows has no parts.", status=422, kind="crop-too-small")
    return crop
