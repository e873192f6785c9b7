"""Which parts of a photo and a candidate look alike."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from haetae.imaging.jpeg import encode
from tests.integration.search.clip_gallery import frames_of
from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration
WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}


@pytest.fixture(scope="module")
def answer(api: Api, clips_folder: Path) -> dict[str, Any]:
    """To a frame of the clip of people who come one by one."""
    *_, (_, pixels) = frames_of(clips_folder / "one-by-one-person-detection.mp4", 10.0, 12.9)
    photo = {"data": b64encode(encode(pixels, 92)).decode()}
    response = api.client.post("/v1/queries", json={**WINDOW, "photos": [photo]}, headers=api.headers())
    assert response.status_code == 201, response.text
    return dict(response.json())


def parts_of(api: Api, answer: dict[str, Any], sighting_id: object, **more: int) -> Any:
    """The response."""
    return api.client.get(f"/v1/queries/{answer['id']}/candidates/{sighting_id}/parts", params=more, headers=api.headers())


def test_stripes_cover_both_crops_and_some_speak_for_the_likeness(api: Api, answer: dict[str, Any]) -> None:
    """Of the first candidate: six stripes from top to bottom each, of which some make the two alike; the same twice."""
    candidate = answer["people"][0]["candidates"][0]
    response = parts_of(api, answer, candidate["sighting_id"])
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["model"] == answer["model"]
    assert told["similarity"] > 0.5
    assert told["candidate_crop_url"] == candidate["crop_url"]
    for stripes in (told["photo"], told["candidate"]):
        assert [s["top"] for s in stripes] == pytest.approx([i / 6 for i in range(6)])
        assert [s["bottom"] for s in stripes] == pytest.approx([(i + 1) / 6 for i in range(6)])
        assert max(s["worth"] for s in stripes) > 0
    assert parts_of(api, answer, candidate["sighting_id"]).json() == told


def test_what_is_not_there_is_a_clear_problem(api: Api, answer: dict[str, Any]) -> None:
    """A candidate of another answer, a photo and a target that the query does not have, a query that is not there."""
    known = answer["people"][0]["candidates"][0]["sighting_id"]
    wrong = [
        (parts_of(api, answer, uuid4()), "unknown-candidate"),
        (parts_of(api, answer, known, photo=1), "unknown-photo"),
        (parts_of(api, answer, known, target=3), "unknown-photo"),
        (parts_of(api, {"id": uuid4()}, known), "unknown-query"),
    ]
    for response, kind in wrong:
        assert response.status_code == 404
        assert response.json()["type"].endswith(kind)
