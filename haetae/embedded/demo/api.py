"""The HTTP API as the demo uses it: what an integrator would write."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from haetae.domain.geometry import Box
from haetae.embedded.demo.photo import Photo
from haetae.errors import Refused, Transient

Json = dict[str, Any]


class Api:
    """A caller with a key. Raises Refused with the API's own words, Transient when it cannot be reached."""

    def __init__(self, address: str, token: str, *, verify: ssl.SSLContext | bool = True) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=address, headers=headers, timeout=60.0, trust_env=False, verify=verify)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def add_camera(self, id: str, kind: str, url: str, *, enabled: bool = True, rate_hz: float = 5.0) -> None:
        """Registers a camera; one that is there already from an earlier start gets the new address."""
        told = {"kind": kind, "url": url, "enabled": enabled, "sampling": {"rate_hz": rate_hz}}
        try:
            self._ask("POST", "/v1/cameras", json={"id": id, "name": id, **told})
        except Refused as refused:
            if refused.status != 409:
                raise
            self._ask("PATCH", f"/v1/cameras/{id}", json=told)

    def disable_camera(self, id: str) -> None:
        """Stops its reading."""
        self._ask("PATCH", f"/v1/cameras/{id}", json={"enabled": False})

    def states(self) -> dict[str, str]:
        """How every enabled camera fares, by id."""
        cameras = self._ask("GET", "/v1/cameras")["items"]
        return {camera["id"]: (camera["report"] or {}).get("state", "unknown") for camera in cameras if camera["enabled"]}

    def ledger(self, id: str, since: datetime) -> list[Json]:
        """The camera's frames by minute of arrival."""
        minute = since.replace(second=0, microsecond=0)
        window = {"from": minute.isoformat(), "to": (minute + timedelta(hours=6)).isoformat()}
        minutes: list[Json] = self._ask("GET", f"/v1/cameras/{id}/ledger", params=window)["minutes"]
        return minutes

    def import_file(self, camera: str, path: str, recorded_from: datetime) -> str:
        """Hands a recording in; its id."""
        asked = {"camera_id": camera, "path": path, "recorded_from": recorded_from.isoformat()}
        return str(self._ask("POST", "/v1/recordings", json=asked)["id"])

    def recording(self, id: str) -> Json:
        """How far a recording is."""
        return self._ask("GET", f"/v1/recordings/{id}")

    def n_sightings(self, camera: str, since: datetime) -> int:
        """Sightings of one camera since then (at most 1000)."""
        window = {"from": since.isoformat(), "camera": camera, "limit": "1000"}
        return len(self._ask("GET", "/v1/sightings", params=window)["items"])

    def sighting(self, id: str) -> Json:
        """One sighting with its crops and path."""
        return self._ask("GET", f"/v1/sightings/{id}")

    def query(self, photo: Photo, since: datetime, limit: int = 20) -> Json:
        """Looks for the person in the photo among everybody seen since then."""
        asked = {"photos": [_as_json(photo.jpeg, photo.box)], "from": since.isoformat(), "limit": limit}
        return self._ask("POST", "/v1/queries", json=asked)

    def crop(self, url: str) -> bytes:
        """The JPEG behind a `crop_url`."""
        return self._send("GET", url).content

    def add_webhook(self, url: str) -> Json:
        """Where alerts are delivered to; the answer holds the secret that they are signed with."""
        return self._ask("POST", "/v1/webhooks", json={"url": url})

    def remove_webhook(self, id: str) -> None:
        """No more deliveries there."""
        self._send("DELETE", f"/v1/webhooks/{id}")

    def watch(self, name: str, photo: Photo, until: datetime) -> Json:
        """Alerts on this person from now on."""
        asked = {
            "name": name,
            "legal_basis": "demonstration on freely licensed clips",
            "photos": [base64.b64encode(photo.jpeg).decode()],
            "expires_at": until.isoformat(),
        }
        return self._ask("POST", "/v1/watch-lists", json=asked)

    def alerts(self) -> list[Json]:
        """The newest alerts."""
        items: list[Json] = self._ask("GET", "/v1/alerts", params={"limit": "100"})["items"]
        return items

    def _ask(self, method: str, path: str, **how: Any) -> Json:
        answer = self._send(method, path, **how)
        told: Json = answer.json() if answer.content else {}
        return told

    def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            raise Transient(f"The API does not answer: {type(error).__name__}", path=path) from error
        if answer.status_code >= 500:
            raise Transient(f"The API failed: {_detail(answer)}", path=path, status=answer.status_code)
        if not answer.is_success:
            kind = str(_problem(answer).get("type", "")).rpartition(":")[2]
            raise Refused(_detail(answer), status=answer.status_code, kind=kind, path=path)
        return answer


def _as_json(jpeg: bytes, box: Box) -> Json:
    corners = {"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2}
    return {"data": base64.b64encode(jpeg).decode(), "box": corners}


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _detail(answer: httpx.Response) -> str:
    told = _problem(answer)
    errors = "; ".join(f"{e.get('field')}: {e.get('message')}" for e in told.get("errors") or [])
    return f"{told.get('detail', answer.status_code)}{f' ({errors})' if errors else ''}"
