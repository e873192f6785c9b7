"""Proving to a camera who we are: digest (RFC 2617, RFC 7616) and basic authentication."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence

from haetae.domain.camera import Credentials

_PART = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Authorization:
    """Answers a camera's challenge; the best scheme that it offers is taken."""

    def __init__(self, credentials: Credentials, challenges: Sequence[str]) -> None:
        self._credentials = credentials
        self._digest = self._best_digest(challenges)
        self._basic = any(each.lower().startswith("basic") for each in challenges)
        self._n_used = 0

    @property
    def possible(self) -> bool:
        """Whether one of the camera's schemes is spoken here."""
        return self._digest is not None or self._basic

    def header(self, method: str, url: str) -> str:
        """The value of Authorization for one request."""
        who = self._credentials
        if self._digest is None:
            return "Basic " + base64.b64encode(f"{who.username}:{who.password}".encode()).decode()
        given = self._digest
        realm, nonce = given.get("realm", ""), given.get("nonce", "")
        algorithm = given.get("algorithm", "MD5").upper()
        secret = _hash(algorithm, f"{who.username}:{realm}:{who.password}")
        act = _hash(algorithm, f"{method}:{url}")
        parts = {"username": who.username, "realm": realm, "nonce": nonce, "uri": url}
        plain = {}
        if "auth" in re.split(r"[\s,]+", given.get("qop", "")):
            self._n_used += 1
            count, own = f"{self._n_used:08x}", secrets.token_hex(8)
            parts["response"] = _hash(algorithm, f"{secret}:{nonce}:{count}:{own}:auth:{act}")
            parts["cnonce"] = own
            plain = {"qop": "auth", "nc": count}
        else:
            parts["response"] = _hash(algorithm, f"{secret}:{nonce}:{act}")
        parts |= {name: given[name] for name in ("opaque",) if name in given}
        plain |= {name: given[name] for name in ("algorithm",) if name in given}
        quoted = [f'{name}="{value}"' for name, value in parts.items()]
        return "Digest " + ", ".join(quoted + [f"{name}={value}" for name, value in plain.items()])

    @staticmethod
    def _best_digest(challenges: Sequence[str]) -> dict[str, str] | None:
        found = {}
        for challenge in challenges:
            if challenge.lower().startswith("digest"):
                parts = {name.lower(): quoted or plain for name, quoted, plain in _PART.findall(challenge)}
                found[parts.get("algorithm", "MD5").upper()] = parts
        return next((found[name] for name in ("SHA-256", "MD5") if name in found), None)


def _hash(algorithm: str, text: str) -> str:
    return _ALGORITHMS[algorithm](text.encode()).hexdigest()
