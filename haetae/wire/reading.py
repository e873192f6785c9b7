"""What every message's reader shares: bytes that cannot be understood are Poison, whatever is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from google.protobuf.message import DecodeError

from haetae.errors import Poison, Refused


@contextmanager
def reading(message: str) -> Iterator[None]:
    """Turns whatever goes wrong while `message` is read into Poison, which names the message and never its content."""
    try:
        yield
    except (DecodeError, ValueError, OverflowError, KeyError, Refused) as error:
        raise Poison("The bytes are not a readable message.", wire_message=message, cause=type(error).__name__) from error


def finite(*numbers: float) -> tuple[float, ...]:
    """The numbers. Raises ValueError where one is infinite or not a number."""
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError("a number is not finite")
    return numbers


def uuid_of(field: bytes) -> UUID:
    """16 bytes as a UUID. Raises ValueError."""
    return UUID(bytes=field)
