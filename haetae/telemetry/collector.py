"""Where traces go, and how many of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

_PATH = "/v1/traces"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # of a header (RFC 9110)


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector that speaks OTLP over HTTP. Ratios are 0-1: of the requests, and of the frames, that begin a trace."""

    endpoint: str  # such as http://collector:4318
    sample_ratio: float = 1.0
    frame_sample_ratio: float = 0.001
    ca_file: Path | None = None  # PEM: trusted in place of the usual authorities
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """Where spans are posted: the endpoint, with OTLP's own path where it does not end with that already."""
        base = self.endpoint.rstrip("/")
        return base if base.endswith(_PATH) else base + _PATH


def check_endpoint(endpoint: str) -> None:
    """Raises ValueError where that is no address of a collector; the address may hold no password, which logs would show."""
    try:
        address = urlsplit(endpoint)
        usable = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("the collector's endpoint is an http or https address (OTLP over HTTP, usually port 4318)")
    if address.port == 4317:
        raise ValueError("port 4317 is that of OTLP over gRPC: name the collector's port for HTTP, usually 4318")
    if "@" in address.netloc or address.query or address.fragment:
        raise ValueError("the collector's endpoint has no user, password, query or fragment; secrets go into the headers")


def headers_of(text: str) -> dict[str, str]:
    """`name=value,name=value`, values percent-encoded where they need it. Raises ValueError, and never repeats the text."""
    headers: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (part.strip() for part in pair.partition("="))
        value = unquote(value)
        if not equals or not _NAME.fullmatch(name) or not value or not (value.isascii() and value.isprintable()):
            raise ValueError("the collector's headers are name=value with commas between them, and percent-encoded values")
        headers[name] = value
    return headers
