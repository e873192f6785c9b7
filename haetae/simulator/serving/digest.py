"""Digest authentication as a camera asks for it (RFC 2617 with MD5, what RTSP cameras speak)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

REALM = "haetae-simulator"
_PART = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


def challenge(nonce: str) -> str:
    """The value of WWW-Authenticate."""
    return f'Digest realm="{REALM}", nonce="{nonce}"'


def permitted(headers: Mapping[str, str], method: str, nonce: str, username: str, password: str) -> bool:
    """Whether the request's Authorization proves that the caller knows the password."""
    given = headers.get("authorization", "")
    parts = {name: quoted or plain for name, quoted, plain in _PART.findall(given)}
    if not given.startswith("Digest ") or parts.get("username") != username or parts.get("nonce") != nonce:
        return False
    secret = _md5(f"{username}:{REALM}:{password}")
    act = _md5(f"{method}:{parts.get('uri', '')}")
    expected = _md5(f"{secret}:{nonce}:{act}")
    return hmac.compare_digest(parts.get("response", ""), expected)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
