"""The API: every resource's endpoints on one application, and its document."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI

from haetae.http.access import KeyStore, Role, use_keys
from haetae.http.app import create_app
from haetae.http.openapi import describe_body
from haetae.telemetry.health import Health
from services.search.access import READERS, Asking, asking
from services.search.cameras import endpoints as cameras
from services.search.crops import endpoints as crops
from services.search.desk import Desk
from services.search.keys import endpoints as api_keys
from services.search.parts import endpoints as parts
from services.search.queries import endpoints as queries
from services.search.recordings import endpoints as recordings
from services.search.routes import endpoints as trajectories
from services.search.shapes import Shown
from services.search.sightings import endpoints as sightings
from services.search.travel_times import endpoints as travel_times
from services.search.understandings import endpoints as understandings

MAX_BODY_BYTES = 32 * 2**20  # up to five photos of 10 MiB each, but not all of that size in one request
_DESCRIPTION = """
Finds a person across a city's cameras.

1. Register cameras (`/v1/cameras`) or hand in recordings (`/v1/recordings`).
2. Everybody who is seen becomes a sighting (`/v1/sightings`) with crops, attributes and an embedding.
3. Ask with photos, attributes or both (`POST /v1/queries`): the answer is people, each with candidates and a trajectory.
   Who accepts `text/event-stream` is told how far it is, and cancels it by going away.

Every request carries `Authorization: Bearer <key>`. Viewers read, operators search and hand in recordings, admins keep cameras
and keys.
Instants are ISO 8601 with a time zone; answers are in UTC. A request body has at most 32 MiB, a photo 10 MiB and 25 megapixels.
Whatever goes wrong is a problem (RFC 9457): decide by its `type`, show its `detail`.
"""
_TAGS = [
    {"name": "queries", "description": "Ask who was where."},
    {"name": "trajectories", "description": "The way of one person of an answer: JSON, GeoJSON, CSV."},
    {"name": "travel-times", "description": "How long people take between cameras, as it was learned."},
    {"name": "sightings", "description": "What the cameras saw: one person at one camera, from-to."},
    {"name": "crops", "description": "Pictures of people."},
    {"name": "cameras", "description": "Where pictures come from, and how cameras fare."},
    {"name": "recordings", "description": "Recorded files, read once."},
    {"name": "keys", "description": "Who may call, and as what."},
    {"name": "me", "description": "Who the key belongs to."},
]


class MeOut(Shown):
    """Who asks."""

    name: str
    role: Role


def make_app(desk: Desk, keys: KeyStore, health: Health) -> FastAPI:
    """The application over the parts of `desk`."""
    app = create_app("Haetae search", "1", health, description=_DESCRIPTION.strip(), max_body_bytes=MAX_BODY_BYTES)
    app.openapi_tags = _TAGS
    use_keys(app, keys)
    for resource in (queries, parts, trajectories, travel_times, understandings, sightings, crops, cameras, recordings, api_keys):
        app.include_router(resource.routes(desk))
    app.include_router(_me())
    describe_body(app, queries.REQUEST_MODEL)
    return app


def _me() -> APIRouter:
    router = APIRouter(tags=["me"])
    reader = asking(*READERS)

    @router.get("/v1/me", summary="Who am I")
    def me(caller: Asking = Depends(reader)) -> MeOut:
        """The name and role of the key that the request carries."""
        return MeOut(name=caller.name, role=caller.role)

    return router
