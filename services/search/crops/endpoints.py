"""/v1/crops: pictures of people, each view recorded."""

from __future__ import annotations

import re

from fastapi import APIRouter, Depends, Response

from haetae.blobs.port import BlobMissing
from haetae.errors import Refused
from services.search.access import READERS, Asking, asking
from services.search.desk import Desk

_KEY = re.compile(r"(crops|probes)(/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){2,5}\.jpg")
_HEADERS = {
    "Cache-Control": "private, max-age=3600, immutable",  # a crop under a key never changes; shared caches must not keep it
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
}


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoint."""
    router = APIRouter(prefix="/v1/crops", tags=["crops"])
    reader = asking(*READERS)

    @router.get(
        "/{key:path}",
        summary="Fetch a crop",
        response_class=Response,
        responses={200: {"content": {"image/jpeg": {}}, "description": "The crop."}},
    )
    def get(key: str, caller: Asking = Depends(reader)) -> Response:
        """The picture behind a `crop_url`. Viewing it is recorded in the audit."""
        unknown = Refused("There is no such crop.", status=404, kind="unknown-crop")
        if not _KEY.fullmatch(key):
            raise unknown
        try:
            jpeg = desk.blobs.get(key)
        except BlobMissing:
            raise unknown from None
        with desk.store.begin() as transaction:
            transaction.audit.record(caller.name, "crop_viewed", key, {}, desk.clock.now(), origin=caller.origin)
        return Response(jpeg, media_type="image/jpeg", headers=_HEADERS)

    return router
