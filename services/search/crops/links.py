"""Where a crop is fetched: the address follows from its key."""

from __future__ import annotations

from urllib.parse import quote, unquote

PREFIX = "/v1/crops/"


def crop_url(key: str) -> str:
    """The path below the API's address that gives the crop under `key`."""
    return PREFIX + quote(key)


def key_of(url: str) -> str:
    """The inverse of `crop_url`."""
    return unquote(url.removeprefix(PREFIX))
