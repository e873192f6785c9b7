"""Secrets at rest: camera passwords and webhook keys are stored encrypted."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from haetae.errors import Misconfigured


class Cipher:
    """Encrypts with the first of its Fernet keys and decrypts with any: keys are rotated by putting a new one in front.

    Without keys it can be made, so that a system that stores no secrets needs none; using it then raises Misconfigured.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError:
            raise Misconfigured("A credential key is not a Fernet key (32 bytes, URL-safe base64).") from None
        self._fernets = MultiFernet(fernets) if fernets else None
        self._each = {_id_of(key): fernet for key, fernet in zip(keys, fernets, strict=True)}

    @property
    def key_ids(self) -> tuple[str, ...]:
        """A short name of each key, newest first; nobody can tell the key from it."""
        return tuple(self._each)

    def key_of(self, token: bytes) -> str | None:
        """The name of the key that reads `token`; None where none of them does.

        It is found by trying: a token carries a signature, so this cannot be wrong, as a name that is stored beside it could.
        """
        return next((id for id, fernet in self._each.items() if _reads(fernet, token)), None)

    @staticmethod
    def new_key() -> str:
        """A fresh key."""
        return Fernet.generate_key().decode()

    def encrypt(self, secret: str) -> bytes:
        """`secret` as a token that only the keys can read."""
        return self._configured().encrypt(secret.encode())

    def decrypt(self, token: bytes) -> str:
        """The secret in `token`. Raises Misconfigured where none of the keys fits."""
        try:
            return self._configured().decrypt(token).decode()
        except InvalidToken:
            raise Misconfigured("A stored secret was encrypted with a key that is not configured.") from None

    def rotate(self, token: bytes) -> bytes:
        """`token` encrypted again, with the first key."""
        try:
            return self._configured().rotate(token)
        except InvalidToken:
            raise Misconfigured("A stored secret was encrypted with a key that is not configured.") from None

    def __repr__(self) -> str:
        return "Cipher(configured)" if self._fernets else "Cipher(no keys)"

    def _configured(self) -> MultiFernet:
        if self._fernets is None:
            raise Misconfigured(
                "Secrets cannot be stored or read: no credential key is configured (HAETAE_SECRETS__CREDENTIAL_KEYS)."
            )
        return self._fernets


def _id_of(key: str) -> str:
    # 32 bits of a hash of 256 random bits: enough to tell a handful of keys apart, and of no use to who would guess one
    return sha256(b"haetae credential key" + urlsafe_b64decode(key)).hexdigest()[:8]


def _reads(fernet: Fernet, token: bytes) -> bool:
    try:
        fernet.decrypt(token)
    except InvalidToken:
        return False
    return True
