"""Blobs in a bucket of an S3-compatible store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import S3Store

from haetae.blobs.bucket import Bucket
from haetae.blobs.keys import checked
from haetae.blobs.port import BlobMissing, BlobsFull
from haetae.errors import Misconfigured, Refused, Transient

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import BackoffConfig, ClientConfig, RetryConfig, S3Config

_PROBE = ".ready"  # no blob's key begins with a dot
_DELETED = 200  # keys a request of a deletion: stores that delete one by one must be done within the deadline
_RETRIES = 2
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,64})</Code>")
_STATUS = re.compile(r"status code: (\d{3})\b")
_FULL = re.compile(r"QuotaExceeded|StorageFull|InsufficientStorage|OutOfSpace")


class S3Blobs:
    """Implements Blobs. Keys are those of LocalFolder; others are Refused (404).

    A blob is written by one request, so a reader sees all of it or nothing. What can be repeated is repeated at most twice,
    within the deadline. Unlike a folder, a bucket may hold "a" and "a/b" at once.
    """

    def __init__(self, bucket: Bucket) -> None:
        """Raises Misconfigured. Nothing is connected: `ready` says whether the bucket can be used."""
        self._store = _opened(bucket)

    def put(self, key: str, data: bytes) -> None:
        """Raises BlobsFull, Transient; then nothing is left behind."""
        with _s3_errors(checked(key)):
            self._store.put(key, data, use_multipart=False)

    def get(self, key: str) -> bytes:
        """Raises BlobMissing, Transient."""
        with _s3_errors(checked(key)):
            try:
                return self._store.get(key).bytes().to_bytes()
            except FileNotFoundError as error:
                if _code(error) != "NoSuchKey":  # no such bucket, no such user, or no S3 at all
                    raise
        raise BlobMissing("There is no such blob.", key=key)

    def delete_below(self, prefix: str) -> int:
        """How many blobs there were. What is not there is no error. Raises Transient; then some may be gone."""
        n = 0
        with _s3_errors(checked(prefix)):
            for listed in self._listed(prefix):
                self._store.delete([one["path"] for one in listed])
                n += len(listed)
        return n

    def children(self, prefix: str) -> list[str]:
        """Sorted names; empty where there is nothing."""
        with _s3_errors(checked(prefix)):
            below = self._store.list_with_delimiter(prefix)
        keys = [*below["common_prefixes"], *(one["path"] for one in below["objects"])]
        return sorted({key.rstrip("/").rpartition("/")[2] for key in keys})

    def ready(self) -> str | None:
        """None where blobs can be kept, else why not: writes a small blob that no list shows."""
        try:
            with _s3_errors(_PROBE):
                self._store.put(_PROBE, b"\0", use_multipart=False)
        except Transient as error:
            return error.message
        return None

    def _listed(self, prefix: str) -> Iterator[Sequence[ObjectMeta]]:
        """All below the prefix, some at a time, and at last the blob at the prefix itself, which a list does not hold."""
        yield from self._store.list(prefix, chunk_size=_DELETED)
        with suppress(FileNotFoundError):  # the bucket is there: it was listed
            yield [self._store.head(prefix)]


@contextmanager
def _s3_errors(key: str) -> Iterator[None]:
    """What the store answers, in our words: codes and statuses, never its text, which may hold addresses and keys."""
    try:
        yield
    except (BaseError, OSError) as error:
        code, status = _code(error), _found(_STATUS, error)
        if status == "507" or (code and _FULL.search(code)):
            raise BlobsFull("The bucket for pictures is full.", key=key, code=code or status) from None
        if status in ("401", "403"):
            raise Transient("The bucket for pictures refuses our key.", key=key, code=code or status) from None
        said = code or (f"HTTP {status}" if status else "no answer")
        raise Transient(f"The bucket for pictures cannot be used: {said}.", key=key) from None


def _code(error: Exception) -> str | None:
    """What S3 calls the error."""
    return _found(_CODE, error)


def _found(pattern: re.Pattern[str], error: Exception) -> str | None:
    found = pattern.search(str(error))
    return found.group(1) if found else None


def _opened(bucket: Bucket) -> S3Store:
    if not _BUCKET.fullmatch(bucket.name):
        raise Misconfigured("The bucket's name is none.", bucket=bucket.name)
    if bucket.endpoint and not re.fullmatch(r"https?://[^/@?#\s]+/?", bucket.endpoint):
        raise Misconfigured("The bucket's endpoint is an address such as https://s3.example:9000, without a path or password.")
    if bool(bucket.access_key) != bool(bucket.secret_key):
        raise Misconfigured("The bucket needs both an access key and a secret key, or neither.", bucket=bucket.name)
    try:
        prefix = checked(bucket.prefix) if bucket.prefix else None
    except Refused:
        raise Misconfigured("The bucket's prefix is parts of letters, digits, '.', '_' and '-' between slashes.") from None
    config: S3Config = {"region": bucket.region, "virtual_hosted_style_request": False}
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint.rstrip("/")
    if bucket.access_key:
        config |= {"access_key_id": bucket.access_key, "secret_access_key": bucket.secret_key}
    half = timedelta(seconds=bucket.deadline_s / 2)  # nothing is repeated after the first half, and no request takes longer
    pause: BackoffConfig = {"init_backoff": timedelta(milliseconds=50), "max_backoff": timedelta(milliseconds=500), "base": 2}
    retries: RetryConfig = {"max_retries": _RETRIES, "retry_timeout": half, "backoff": pause}
    try:
        return S3Store(
            bucket.name,
            prefix=prefix,
            config=config,
            client_options=_client(bucket, half),
            retry_config=retries,
        )
    except (BaseError, ValueError) as error:
        raise Misconfigured(f"The bucket cannot be used like this ({type(error).__name__}).", bucket=bucket.name) from None


def _client(bucket: Bucket, timeout: timedelta) -> ClientConfig:
    options: ClientConfig = {"timeout": timeout, "connect_timeout": min(timeout, timedelta(seconds=3))}
    options["allow_http"] = bucket.endpoint.startswith("http://")
    if bucket.ca_file is not None:
        try:
            options["root_certificate"] = bucket.ca_file.read_bytes()
        except OSError:
            raise Misconfigured("The bucket's CA file cannot be read.", file=bucket.ca_file) from None
    return options
