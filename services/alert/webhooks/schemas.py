"""Webhooks as they are handed in and shown."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.alert import AlertKind
from haetae.store.webhooks import Webhook
from services.alert.shapes import Strict


class WebhookIn(Strict):
    """A receiver of alerts."""

    url: str = Field(max_length=2048, description="http or https, no credentials in it.", examples=["https://vms.example/alerts"])
    kinds: list[AlertKind] = Field(default_factory=list, max_length=10, description="Which alerts; none means all.")


class WebhookChange(Strict):
    """Switches a webhook on or off."""

    enabled: bool


class WebhookOut(Strict):
    """A receiver of alerts."""

    id: UUID
    url: str
    kinds: list[AlertKind]
    enabled: bool
    detail: str = Field(description="Why it is disabled.")

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """The webhook without its secrets."""
        return cls(id=webhook.id, url=webhook.url, kinds=list(webhook.kinds), enabled=webhook.enabled, detail=webhook.detail)


class WebhookWithSecret(WebhookOut):
    """A webhook with the secret that signs from now on: shown this once."""

    secret: str = Field(
        description="Standard Webhooks: `whsec_` and base64.", examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )


class WebhookList(Strict):
    """Webhooks in the order of their making."""

    items: list[WebhookOut]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; None on the last.")


class TrialOut(Strict):
    """How a test delivery ended."""

    delivered: bool
    status: int | None = Field(description="What the receiver answered; None where it did not.")
    error: str
