"""How a query comes in: as JSON with photos in base64, or as multipart with photos as files."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from haetae.domain.geometry import Box
from haetae.errors import Refused
from haetae.imaging.photo import MAX_BYTES
from services.search.queries.schemas import MOST_PHOTOS, MOST_PHOTOS_IN_ALL, QueryIn, TargetFields

JSON, MULTIPART = "application/json", "multipart/form-data"
_MOST_JSON_BYTES = 1_000_000  # of a multipart request's part "query"
_ONE, _OF_TARGET = "photo", re.compile(r"photo\[([0-9])\]")


@dataclass(frozen=True, slots=True)
class Submission:
    """A request's parts before anything is parsed: the query as JSON text, and files by their part's name (None: the photos are
    in the JSON)."""

    query: bytes
    files: Mapping[str, Sequence[bytes]] | None

    @property
    def digest(self) -> bytes:
        """Of all that was sent, but for how it was wrapped."""
        parts = [self.query] + [part for name, files in sorted((self.files or {}).items()) for part in (name.encode(), *files)]
        return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo as it came in, unopened; `box` where the caller says which person is meant."""

    data: bytes
    box: Box | None


async def received(request: Request) -> Submission:
    """Reads the request's body, and no more than may be in it. Raises Refused (413, 415, 422)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        return Submission(await request.body(), None)
    if kind != MULTIPART:
        raise Refused(f"A query is {JSON} or {MULTIPART}.", status=415, kind="unsupported-media-type")
    async with request.form(max_files=MOST_PHOTOS_IN_ALL, max_fields=8, max_part_size=_MOST_JSON_BYTES) as form:
        unknown = sorted(name for name in form if name not in ("query", _ONE) and not _OF_TARGET.fullmatch(name))
        if unknown:
            raise Refused(
                f"A query has the parts 'query' and 'photo' (of targets 'photo[0]' to 'photo[9]'), not '{unknown[0]}'.",
                status=422,
                kind="unknown-part",
            )
        files = {name: [await _bytes_of(part) for part in form.getlist(name)] for name in form if name != "query"}
        queries = form.getlist("query")
        if len(queries) > 1:
            raise Refused("The part 'query' is given twice.", status=422, kind="invalid-request")
        query = await _bytes_of(queries[0]) if queries else b"{}"
    return Submission(query, files)


async def _bytes_of(part: UploadFile | str) -> bytes:
    if isinstance(part, str):
        return part.encode()
    return await part.read(MAX_BYTES + 1)  # open_photo refuses what is longer


def parsed(submission: Submission) -> tuple[QueryIn, list[list[SentPhoto]]]:
    """The query, and the photos of each who is looked for. Raises RequestValidationError, Refused (422)."""
    query = _query(submission.query)
    if query.targets and not query.has_no_person_of_its_own:
        raise Refused("A query tells of one person or has targets, not both.", status=422, kind="invalid-request")
    sent = [
        _sent(target, None if submission.files is None else submission.files.get(name, ()), name)
        for target, name in zip(query.wanted, _names(query), strict=True)
    ]
    stray = sorted(set(submission.files or {}) - set(_names(query)))
    if stray:
        raise Refused(f"The part '{stray[0]}' belongs to no target of the query.", status=422, kind="unknown-part")
    for index, (target, photos) in enumerate(zip(query.wanted, sent, strict=True)):
        if target.is_empty and not photos:
            who = f"Target {index + 1}" if query.targets else "A query"
            raise Refused(
                f"{who} has at least one photo, one confirmed sighting or one attribute.", status=422, kind="empty-query"
            )
    if sum(map(len, sent)) > MOST_PHOTOS_IN_ALL:
        raise Refused(f"A query has at most {MOST_PHOTOS_IN_ALL} photos in all.", status=422, kind="invalid-request")
    return query, sent


def _names(query: QueryIn) -> list[str]:
    return [f"photo[{index}]" for index in range(len(query.targets))] or [_ONE]


def _sent(target: TargetFields, files: Sequence[bytes] | None, name: str) -> list[SentPhoto]:
    if files is None:
        data = [_decoded(photo.data, index) for index, photo in enumerate(target.photos)]
    else:
        data = list(files)
        if len(data) > MOST_PHOTOS:
            raise Refused(f"There are more than {MOST_PHOTOS} parts '{name}'.", status=422, kind="invalid-request")
        if any(photo.data is not None for photo in target.photos) or len(target.photos) > len(data):
            raise Refused(
                "In a multipart query the photos are files, and each box belongs to one.", status=422, kind="invalid-request"
            )
    boxes = [photo.box for photo in target.photos] + [None] * (len(data) - len(target.photos))
    return [SentPhoto(one, box.box() if box else None) for one, box in zip(data, boxes, strict=True)]


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
