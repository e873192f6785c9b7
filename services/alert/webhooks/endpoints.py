"""/v1/webhooks: who is told of alerts."""

from __future__ import annotations

from base64 import b64encode
from secrets import token_bytes
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from haetae.errors import Refused
from haetae.media.address import check_webhook
from haetae.store.webhooks import Webhook
from services.alert.desk import Desk
from services.alert.events import trial_event
from services.alert.shapes import ADMINS, Asking, Cursor, Limit, asking
from services.alert.webhooks.schemas import TrialOut, WebhookChange, WebhookIn, WebhookList, WebhookOut, WebhookWithSecret

SECRET_BYTES = 32
MOST_SECRETS = 2  # in rotation: the new one and the one before
MOST_WEBHOOKS = 100


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints, for admins."""
    router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
    admin = asking(*ADMINS)

    @router.post("", status_code=201, summary="Add a webhook")
    def add(given: WebhookIn, response: Response, caller: Asking = Depends(admin)) -> WebhookWithSecret:
        """Alerts are posted there from now on as CloudEvents (`application/cloudevents+json`), signed as Standard Webhooks say.

        Verify `webhook-signature` with the secret, which is shown this once, and take `webhook-id` for the message's identity:
        the same id may come again. A receiver that fails is tried again for about three days.
        """
        check_webhook(given.url, desk.allowed_networks)
        webhook = Webhook(id=uuid4(), url=given.url, secrets=(_new_secret(),), kinds=tuple(dict.fromkeys(given.kinds)))
        with desk.store.begin() as transaction:
            if len(transaction.webhooks.all()) >= MOST_WEBHOOKS:
                raise Refused(f"There are {MOST_WEBHOOKS} webhooks already.", status=409, kind="too-many-webhooks")
            transaction.webhooks.add(webhook)
            caller.record(transaction, "webhook_added", _subject(webhook.id), desk.clock.now(), url=webhook.url)
        response.headers["Location"] = f"/v1/webhooks/{webhook.id}"
        return _with_secret(webhook)

    @router.get("", summary="List webhooks", dependencies=[Depends(admin)])
    def page(limit: Limit = 50, cursor: Cursor = None) -> WebhookList:
        """All webhooks, without their secrets."""
        with desk.store.begin() as transaction:
            webhooks = transaction.webhooks.all()
        ids = [str(webhook.id) for webhook in webhooks]
        if cursor is not None and cursor not in ids:
            raise Refused("The cursor is not one that this API gave.", status=422, kind="invalid-cursor")
        start = 0 if cursor is None else ids.index(cursor) + 1
        shown = webhooks[start : start + limit]
        following = str(shown[-1].id) if start + limit < len(webhooks) else None
        return WebhookList(items=[WebhookOut.of(webhook) for webhook in shown], next_cursor=following)

    @router.get("/{id}", summary="Fetch a webhook", dependencies=[Depends(admin)])
    def get(id: UUID) -> WebhookOut:
        """One webhook, without its secrets."""
        with desk.store.begin() as transaction:
            return WebhookOut.of(transaction.webhooks.get(id))

    @router.patch("/{id}", summary="Switch a webhook on or off")
    def change(id: UUID, what: WebhookChange, caller: Asking = Depends(admin)) -> WebhookOut:
        """A webhook that is off is told nothing; what waited for it is tried until its three days are over."""
        with desk.store.begin() as transaction:
            detail = "" if what.enabled else f"Disabled by {caller.name}"
            transaction.webhooks.set_enabled(id, what.enabled, detail)
            act = "webhook_enabled" if what.enabled else "webhook_disabled"
            caller.record(transaction, act, _subject(id), desk.clock.now())
            return WebhookOut.of(transaction.webhooks.get(id))

    @router.post("/{id}/rotate-secret", summary="Give a webhook a new secret")
    def rotate(id: UUID, caller: Asking = Depends(admin)) -> WebhookWithSecret:
        """Messages carry two signatures from now on, by the new secret and by the one before, so that no message is refused."""
        with desk.store.begin() as transaction:
            before = transaction.webhooks.get(id)
            secrets = (_new_secret(), *before.secrets)[:MOST_SECRETS]
            transaction.webhooks.set_secrets(id, secrets)
            caller.record(transaction, "webhook_secret_rotated", _subject(id), desk.clock.now())
            return _with_secret(transaction.webhooks.get(id))

    @router.post("/{id}/test", summary="Send a test event")
    def trial(id: UUID, caller: Asking = Depends(admin)) -> TrialOut:
        """Posts one event of type `haetae.alert.test` now, and tells how the receiver answered."""
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            webhook = transaction.webhooks.get(id)
            caller.record(transaction, "webhook_tested", _subject(id), now)
        key = f"test.{uuid4()}"
        outcome = desk.sender.post(webhook, key, trial_event(key, now, source=desk.section.event_source))
        return TrialOut(delivered=outcome.delivered, status=outcome.status, error=outcome.error)

    @router.delete("/{id}", status_code=204, summary="Remove a webhook")
    def remove(id: UUID, caller: Asking = Depends(admin)) -> None:
        """The webhook and what waited for it are forgotten."""
        with desk.store.begin() as transaction:
            transaction.webhooks.remove(id)
            caller.record(transaction, "webhook_removed", _subject(id), desk.clock.now())

    return router


def _new_secret() -> str:
    return f"whsec_{b64encode(token_bytes(SECRET_BYTES)).decode()}"


def _with_secret(webhook: Webhook) -> WebhookWithSecret:
    return WebhookWithSecret(**WebhookOut.of(webhook).model_dump(), secret=webhook.secrets[0])


def _subject(id: UUID) -> str:
    return f"webhook/{id}"
