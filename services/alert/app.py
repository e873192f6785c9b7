"""The API: every resource's endpoints on one application, and its document."""

from __future__ import annotations

from fastapi import FastAPI

from haetae.http.access import KeyStore, use_keys
from haetae.http.app import create_app
from haetae.http.openapi import describe_body
from haetae.telemetry.health import Health
from services.alert.alerts import endpoints as alerts
from services.alert.desk import Desk
from services.alert.watch_lists import endpoints as watch_lists
from services.alert.watch_lists.schemas import EntryIn
from services.alert.webhooks import endpoints as webhooks

MAX_BODY_BYTES = 32 * 2**20  # up to five photos of 10 MiB each, but not all of that size in one request
_DESCRIPTION = """
Tells when somebody on the watch list is seen, and when a camera gives no pictures.

An alert **starts**, may be **updated** (a nearer sighting) and **ends**; its id stays. Fetch alerts here, or have them posted to
webhooks as CloudEvents 1.0, signed as Standard Webhooks say. A hit is a hint, never a truth: a human decides.

Every request carries `Authorization: Bearer <key>`. Viewers see alerts, operators acknowledge them and keep the watch list,
admins keep webhooks. Whatever goes wrong is a problem (RFC 9457): decide by its `type`, show its `detail`.
"""
_TAGS = [
    {"name": "alerts", "description": "What happened, and what operators make of it."},
    {"name": "watch lists", "description": "Whom to alert on, why, and for how long."},
    {"name": "webhooks", "description": "Who is told."},
]


def make_app(desk: Desk, keys: KeyStore, health: Health) -> FastAPI:
    """The application over the parts of `desk`."""
    app = create_app("Haetae alert", "1", health, description=_DESCRIPTION.strip(), max_body_bytes=MAX_BODY_BYTES)
    app.openapi_tags = _TAGS
    use_keys(app, keys)
    for resource in (alerts, watch_lists, webhooks):
        app.include_router(resource.routes(desk))
    describe_body(app, EntryIn)
    return app
