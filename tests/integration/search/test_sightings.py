"""Sightings can be listed page by page and looked at one by one."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration
WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}


def test_pages_hold_every_sighting_once(api: Api) -> None:
    """Following the cursors gives all sightings, newest first, none twice."""
    ids: list[str] = []
    starts: list[datetime] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.client.get("/v1/sightings", params={**WINDOW, "limit": 3, **cursor}, headers=api.headers("viewer")).json()
        ids += [item["id"] for item in page["items"]]
        starts += [datetime.fromisoformat(item["started_at"]) for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(ids) == sorted(str(s.id) for seen in api.gallery.values() for s in seen)
    assert starts == sorted(starts, reverse=True)


def test_filters_leave_out_the_rest(api: Api) -> None:
    """Camera and attributes filter; an unknown camera and a broken condition are problems."""
    headers = api.headers("viewer")

    def ids(**filters: object) -> set[str]:
        page = api.client.get("/v1/sightings", params={**WINDOW, **filters}, headers=headers)
        assert page.status_code == 200, page.text
        return {item["id"] for item in page.json()["items"]}

    assert ids(camera=["one", "body"]) == {str(s.id) for name in ("one", "body") for s in api.gallery[name]}
    black, others = ids(attribute="upper_colour=black"), ids(attribute="not upper_colour=black")
    assert black | others == ids()
    assert black
    refused = api.client.get("/v1/sightings", params={**WINDOW, "camera": "gate-9"}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:haetae:problem:unknown-camera")
    refused = api.client.get("/v1/sightings", params={**WINDOW, "attribute": "colour:red"}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:haetae:problem:unknown-attribute")
    refused = api.client.get("/v1/sightings", params={**WINDOW, "cursor": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:haetae:problem:invalid-cursor")


def test_one_sighting_with_crops_and_path(api: Api) -> None:
    """What is stored is shown; looking at it is in the audit."""
    sighting = api.gallery["one"][0]
    shown = api.client.get(f"/v1/sightings/{sighting.id}", headers=api.headers("viewer")).json()
    assert shown["camera_id"] == "one"
    assert len(shown["best_shots"]) == len(sighting.best_shots)
    assert len(shown["path"]) == len(sighting.path)
    assert shown["frame_size"] == {"width": 768, "height": 432}
    assert api.acts()[0] == "sighting_viewed"
    crop = api.client.get(shown["best_shots"][0]["crop_url"], headers=api.headers("viewer"))
    assert crop.content == api.desk.blobs.get(sighting.best_shots[0].blob_key)
