"""Secrets are taken out of whatever is logged: `user:password@` in any string, however deep it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "***@"
# Up to the last @ before a blank or quote: a password that is not escaped may hold / and @ itself. Better too much hidden
# than too little.
_AFTER_SCHEME = re.compile(r"(?<=://)[^\s\"'<>]*@")
_BARE = re.compile(r"[^\s/:@\"'<>=,(\[{]+:[^\s\"'<>@/]+@(?=[\w\[])")


def redact(text: str) -> str:
    """`text` without user names and passwords of addresses."""
    if "@" not in text:
        return text
    return _BARE.sub(HIDDEN, _AFTER_SCHEME.sub(HIDDEN, text))


def redacted(value: object) -> object:
    """`value` with every string in it redacted; mappings, lists, tuples and sets are followed, other objects pass."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return {redacted(key): redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item) for item in value]
    if isinstance(value, BaseException):
        return redact(str(value))
    return value
