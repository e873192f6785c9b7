"""How an entry comes in: as JSON with photos in base64, or as multipart with photos as files."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from haetae.domain.frame import Pixels
from haetae.errors import Refused
from haetae.imaging.photo import MAX_BYTES, open_photo
from services.alert.watch_lists.schemas import MOST_PHOTOS, EntryIn

JSON, MULTIPART = "application/json", "multipart/form-data"
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/EntryIn"}},
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["entry"],
                    "properties": {
                        "entry": {"$ref": "#/components/schemas/EntryIn"},
                        "photo": {
                            "type": "array",
                            "maxItems": MOST_PHOTOS,
                            "items": {"type": "string", "format": "binary"},
                            "description": "The person, a part each photo: JPEG, PNG or WebP, up to 10 MiB and 25 megapixels.",
                        },
                    },
                },
                "encoding": {"entry": {"contentType": JSON}},
            },
        },
    }
}
_MOST_ENTRY_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Submission:
    """A request's parts before anything is parsed: the entry as JSON text, and photos that came as files."""

    entry: bytes
    files: Sequence[bytes]


async def received(request: Request) -> Submission:
    """Reads the request's body, and no more than may be in it. Raises Refused (413, 415, 422)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        return Submission(await request.body(), ())
    if kind != MULTIPART:
        raise Refused(f"An entry is {JSON} or {MULTIPART}.", status=415, kind="unsupported-media-type")
    async with request.form(max_files=MOST_PHOTOS + 1, max_fields=4, max_part_size=_MOST_ENTRY_BYTES) as form:
        unknown = sorted(set(form) - {"entry", "photo"})
        entries = form.getlist("entry")
        if unknown or len(entries) != 1:
            raise Refused("An entry has one part 'entry' and parts 'photo'.", status=422, kind="invalid-request")
        return Submission(await _bytes_of(entries[0]), [await _bytes_of(part) for part in form.getlist("photo")])


def parsed(submission: Submission) -> tuple[EntryIn, list[Pixels]]:
    """The entry and its photos, opened. Raises RequestValidationError, Refused (413, 422)."""
    entry = _entry(submission.entry)
    data = [*submission.files, *(_decoded(text, n) for n, text in enumerate(entry.photos))]
    if (entry.sighting_id is None) == (not data) or len(data) > MOST_PHOTOS:
        detail = f"An entry has 1 to {MOST_PHOTOS} photos, or a sighting and no photo."
        raise Refused(detail, status=422, kind="no-photo" if not data else "invalid-request")
    return entry, [open_photo(one) for one in data]


async def _bytes_of(part: UploadFile | str) -> bytes:
    return part.encode() if isinstance(part, str) else await part.read(MAX_BYTES + 1)  # open_photo refuses what is longer


def _entry(text: bytes) -> EntryIn:
    try:
        return EntryIn.model_validate(json.loads(text))
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in wrong]) from None
    except (ValueError, RecursionError):  # broken JSON, or text that is not UTF-8
        raise Refused("The entry is not valid JSON.", status=422, kind="invalid-json") from None


def _decoded(text: str, n: int) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"Photo {n + 1} is not base64.", status=422, kind="not-base64", photo=n) from None
