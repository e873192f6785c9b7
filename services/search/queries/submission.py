"""How a query comes in: as JSON with photos in base64, or as multipart with photos as files."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from haetae.errors import Refused
from haetae.imaging.photo import MAX_BYTES, open_photo
from services.search.probes import Photo
from services.search.queries.schemas import MOST_PHOTOS, QueryIn

JSON, MULTIPART = "application/json", "multipart/form-data"
_MOST_JSON_BYTES = 1_000_000  # of a multipart request's part "query"


@dataclass(frozen=True, slots=True)
class Submission:
    """A request's parts before anything is parsed: the query as JSON text, and files (None: the photos are in the JSON)."""

    query: bytes
    files: Sequence[bytes] | None


async def received(request: Request) -> Submission:
    """Reads the request's body, and no more than may be in it. Raises Refused (413, 415, 422)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        return Submission(await request.body(), None)
    if kind != MULTIPART:
        raise Refused(f"A query is {JSON} or {MULTIPART}.", status=415, kind="unsupported-media-type")
    async with request.form(max_files=MOST_PHOTOS, max_fields=8, max_part_size=_MOST_JSON_BYTES) as form:
        unknown = sorted(set(form) - {"query", "photo"})
        if unknown:
            raise Refused(f"A query has the parts 'query' and 'photo', not '{unknown[0]}'.", status=422, kind="unknown-part")
        files = [await _bytes_of(part) for part in form.getlist("photo")]
        queries = form.getlist("query")
        if len(queries) > 1:
            raise Refused("The part 'query' is given twice.", status=422, kind="invalid-request")
        query = await _bytes_of(queries[0]) if queries else b"{}"
    return Submission(query, files)


async def _bytes_of(part: UploadFile | str) -> bytes:
    if isinstance(part, str):
        return part.encode()
    return await part.read(MAX_BYTES + 1)  # open_photo refuses what is longer


def parsed(submission: Submission) -> tuple[QueryIn, list[Photo]]:
    """The query, and its photos opened. Raises RequestValidationError, Refused (413, 422)."""
    query = _query(submission.query)
    if submission.files is None:
        data = [_decoded(photo.data, index) for index, photo in enumerate(query.photos)]
    else:
        data = list(submission.files)
        if any(photo.data is not None for photo in query.photos) or len(query.photos) > len(data):
            raise Refused(
                "In a multipart query the photos are files, and each box belongs to one.", status=422, kind="invalid-request"
            )
    if not data and not query.attributes and not query.confirmed:
        raise Refused("A query has at least one photo, one confirmed sighting or one attribute.", status=422, kind="empty-query")
    boxes = [photo.box for photo in query.photos] + [None] * (len(data) - len(query.photos))
    return query, [Photo(open_photo(one), box.box() if box else None) for one, box in zip(data, boxes, strict=True)]


def _query(text: bytes) -> QueryIn:
    try:
        document = json.loads(text)
        return QueryIn.model_validate(document)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in wrong]) from None
    except (ValueError, RecursionError):  # broken JSON, or text that is not UTF-8
        raise Refused("The query is not valid JSON.", status=422, kind="invalid-json") from None


def _decoded(data: str | None, index: int) -> bytes:
    if data is None:
        raise Refused(f"Photo {index + 1} has no data.", status=422, kind="invalid-request", photo=index)
    try:
        return b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"The data of photo {index + 1} is not base64.", status=422, kind="not-base64", photo=index) from None
