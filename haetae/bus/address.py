"""Where Redis is: one server, or a set whose master the Sentinels know."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from haetae.errors import Misconfigured

_SCHEMES = {"redis+sentinel": False, "rediss+sentinel": True}
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_KNOWN = {"service", "replicas", "sentinel_username", "sentinel_password", *_TLS_FILES}
_SENTINEL_PORT = 26379


class _NoAddress(ValueError):
    """What is wrong with an address, in words that hold no part of it that could be secret."""


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """redis+sentinel://[user:password@]host[:port][,host[:port]...]/db?service=NAME; rediss+sentinel:// with TLS to all of them.

    `replicas` is how many copies have what is acknowledged: a set that loses its master has lost nothing that was.
    """

    sentinels: tuple[tuple[str, int], ...]
    service: str
    db: int = 0
    replicas: int = 1
    tls: bool = False
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)  # username, password: of the servers
    of_sentinels: Mapping[str, str] = field(default_factory=dict, repr=False)  # the same, of the Sentinels
    tls_files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str) -> SentinelAddress | None:
        """The address; None where the URL is not one of Sentinels. Raises Misconfigured, and never repeats the URL."""
        scheme = url.partition("://")[0].lower()
        if scheme not in _SCHEMES:
            return None
        try:
            return _parsed(url, tls=_SCHEMES[scheme])
        except _NoAddress as error:
            raise Misconfigured(f"The address of Redis is not a {scheme}:// URL: {error}.") from None
        except ValueError:  # its text may hold the password
            raise Misconfigured(f"The address of Redis is not a {scheme}:// URL.") from None

    @property
    def encryption(self) -> dict[str, Any]:
        """What a connection is told of TLS; nothing without it."""
        return {"ssl": True, "ssl_cert_reqs": "required", **self.tls_files} if self.tls else {}


def celery_broker(url: str) -> tuple[str, dict[str, Any]]:
    """The same Redis for Celery: the broker's URL, and settings of Celery that belong to it. Raises Misconfigured."""
    address = SentinelAddress.of(url)
    if address is None:
        return _celery_of_one(url)
    user, password = (quote(address.credentials.get(name, ""), safe="") for name in ("username", "password"))
    who = f"{user}:{password}@" if password else ""
    urls = ";".join(f"sentinel://{who}{host}:{port}/{address.db}" for host, port in address.sentinels)
    sentinels = {**address.of_sentinels, **address.encryption, "socket_timeout": 2, "socket_connect_timeout": 1}
    told: dict[str, Any] = {"broker_transport_options": {"master_name": address.service, "sentinel_kwargs": sentinels}}
    if address.tls:
        told["broker_use_ssl"] = {"ssl_cert_reqs": ssl.CERT_REQUIRED, **address.tls_files}
    return urls, told


def _celery_of_one(url: str) -> tuple[str, dict[str, Any]]:
    """One server: what TLS needs to know goes from the URL, where Celery does not look for all of it, into a setting."""
    if not url.lower().startswith("rediss://"):
        return url, {}
    asked = parse_qs(urlsplit(url).query)
    files = {name: asked[name][0] for name in _TLS_FILES if name in asked}
    return url.partition("?")[0], {"broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED, **files}}


def _parsed(url: str, *, tls: bool) -> SentinelAddress:
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if unknown := sorted(set(asked) - _KNOWN):
        raise _NoAddress(f"'{unknown[0]}' is none of {', '.join(sorted(_KNOWN))}")
    if not asked.get("service"):
        raise _NoAddress("it says no service=NAME")
    who, _, hosts = parts.netloc.rpartition("@")
    return SentinelAddress(
        sentinels=tuple(_host(text) for text in hosts.split(",")),
        service=asked["service"],
        db=_number(parts.path.strip("/") or "0", "the database"),
        replicas=_number(asked.get("replicas", "1"), "replicas"),
        tls=tls,
        credentials=_said(dict(zip(("username", "password"), map(unquote, _user(who)), strict=True))),
        of_sentinels=_said({name: asked.get(f"sentinel_{name}", "") for name in ("username", "password")}),
        tls_files=_said({name: asked.get(name, "") for name in _TLS_FILES}),
    )


def _user(who: str) -> tuple[str, str]:
    user, _, password = who.partition(":")
    return user, password


def _said(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text.strip())
    port = int(found.group(2) or _SENTINEL_PORT) if found else 0
    if found is None or not 0 < port < 65536:
        raise _NoAddress("its hosts are not host:port with commas between them")
    return found.group(1).strip("[]"), port


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise _NoAddress(f"{what} is no number")
    return int(text)
