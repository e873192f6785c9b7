"""Where a page of a list ended: opaque to callers, stable while rows are added."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from struct import Struct
from struct import error as StructError
from uuid import UUID

from haetae.domain.timing import from_us, to_us
from haetae.errors import Refused

_FORMAT = Struct(">q16s")


def encode(at: datetime, id: UUID) -> str:
    """The cursor behind the row with this instant and id."""
    return urlsafe_b64encode(_FORMAT.pack(to_us(at), id.bytes)).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, UUID]:
    """The inverse of `encode`. Raises Refused (422) on anything else."""
    try:
        us, id = _FORMAT.unpack(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return from_us(us), UUID(bytes=id)
    except (ValueError, StructError, OverflowError):
        raise Refused("The cursor is not one that this API gave.", status=422, kind="invalid-cursor") from None
