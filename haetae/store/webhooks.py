"""Where alerts are sent: addresses with encrypted signing secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.alert import AlertKind
from haetae.errors import Refused
from haetae.store.secrets import Cipher
from haetae.store.tables import WebhookRow


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver. Messages are signed with every secret, newest first, so that a secret can be changed without a gap."""

    id: UUID
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    kinds: tuple[AlertKind, ...] = ()  # none: all
    enabled: bool = True
    detail: str = ""  # why it is disabled


class Webhooks:
    """The webhooks as one transaction sees them."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def add(self, webhook: Webhook) -> None:
        """Raises Refused (409) where the id is taken, Misconfigured where secrets cannot be encrypted."""
        row = {
            "id": webhook.id,
            "url": webhook.url,
            "secrets": self._cipher.encrypt(json.dumps(webhook.secrets)),
            "kinds": [kind.value for kind in webhook.kinds],
            "enabled": webhook.enabled,
            "detail": webhook.detail,
        }
        made = insert(WebhookRow).values(**row).on_conflict_do_nothing().returning(WebhookRow.id)
        if self._session.execute(made).first() is None:
            raise Refused("There is a webhook with this id already.", status=409, kind="webhook-exists")

    def get(self, id: UUID) -> Webhook:
        """Raises Refused (404, "unknown-webhook")."""
        row = self._session.scalars(select(WebhookRow).where(WebhookRow.id == id)).one_or_none()
        if row is None:
            raise _unknown(id)
        return self._webhook(row)

    def all(self) -> list[Webhook]:
        """In the order of their making."""
        rows = self._session.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id))
        return [self._webhook(row) for row in rows]

    def set_secrets(self, id: UUID, secrets: tuple[str, ...]) -> None:
        """Changes the signing secrets, newest first. Raises Refused (404)."""
        self._change(id, secrets=self._cipher.encrypt(json.dumps(secrets)))

    def set_enabled(self, id: UUID, enabled: bool, detail: str = "") -> None:
        """Switches a webhook on or off, with the reason in words. Raises Refused (404)."""
        self._change(id, enabled=enabled, detail=detail)

    def remove(self, id: UUID) -> None:
        """Forgets a webhook and what was to be sent to it. Raises Refused (404)."""
        if self._session.execute(delete(WebhookRow).where(WebhookRow.id == id).returning(WebhookRow.id)).first() is None:
            raise _unknown(id)

    def _change(self, id: UUID, **columns: object) -> None:
        changed = update(WebhookRow).where(WebhookRow.id == id).values(**columns).returning(WebhookRow.id)
        if self._session.execute(changed, execution_options={"synchronize_session": False}).first() is None:
            raise _unknown(id)

    def _webhook(self, row: WebhookRow) -> Webhook:
        secrets = tuple(json.loads(self._cipher.decrypt(row.secrets)))
        return Webhook(row.id, row.url, secrets, tuple(AlertKind(kind) for kind in row.kinds), row.enabled, row.detail)


def _unknown(id: UUID) -> Refused:
    return Refused("There is no such webhook.", status=404, kind="unknown-webhook", webhook_id=id)
