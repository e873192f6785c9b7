"""One attempt to tell a webhook: signed (Standard Webhooks), to the address that was checked, following nobody elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook as Signer

from haetae.domain.timing import Clock
from haetae.errors import Refused
from haetae.media.address import PinnedAddress, check_webhook
from haetae.store.webhooks import Webhook
from services.alert.events import MEDIA_TYPE, body_of

LONGEST_RETRY_AFTER_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `gone` means that the receiver wants no more; `retry_after_s` is what it asked for."""

    delivered: bool
    status: int | None = None
    error: str = ""
    gone: bool = False
    retry_after_s: float | None = None


class Sender:
    """Posts events. Private networks are reached only where `allowed_networks` (CIDR) name them."""

    def __init__(self, clock: Clock, *, allowed_networks: tuple[str, ...], timeout_s: float) -> None:
        self._clock = clock
        self._allowed_networks = allowed_networks
        self._timeout_s = timeout_s

    def post(self, webhook: Webhook, key: str, event: Mapping[str, Any]) -> Outcome:
        """Sends `event` under the id `key`. Never raises for what the receiver does or is."""
        try:
            address = check_webhook(webhook.url, self._allowed_networks)
        except Refused as refused:
            return Outcome(delivered=False, error=refused.message)
        body = body_of(event)
        headers = {
            "Host": _host(webhook.url),
            "Content-Type": MEDIA_TYPE,
            "User-Agent": "haetae",
            **signed(webhook.secrets, key, self._clock.now(), body),
        }
        try:
            return self._sent(webhook.url, address, headers, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome(delivered=False, error=f"{type(error).__name__}: no answer")

    def _sent(self, url: str, address: PinnedAddress, headers: dict[str, str], body: bytes) -> Outcome:
        pinned = httpx.URL(url).copy_with(host=address.ip)
        options = {"sni_hostname": address.host} if address.scheme == "https" else {}
        with (
            httpx.Client(timeout=self._timeout_s, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", pinned, content=body, headers=headers, extensions=options) as answer,
        ):  # what the receiver says beyond its status is not read
            return _outcome(answer)


def signed(secrets: tuple[str, ...], key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature for each secret, so that receivers may have the old or the new one."""
    text = body.decode()
    signatures = [Signer(secret).sign(key, at, text) for secret in secrets]
    return {"webhook-id": key, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": " ".join(signatures)}


def _host(url: str) -> str:
    """Host and port as the URL has them; the connection goes to an IP address."""
    return httpx.URL(url).netloc.decode("ascii")


def _outcome(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(delivered=True, status=status)
    asked = answer.headers.get("retry-after", "")
    wait_s = min(float(asked), LONGEST_RETRY_AFTER_S) if asked.isascii() and asked.isdigit() else None
    words = "redirects are not followed" if 300 <= status < 400 else answer.reason_phrase
    return Outcome(delivered=False, status=status, error=f"HTTP {status} {words}"[:200], gone=status == 410, retry_after_s=wait_s)
