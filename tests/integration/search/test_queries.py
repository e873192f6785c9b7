"""A photo of a person finds that person."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from haetae.domain.geometry import Box
from haetae.imaging.jpeg import decode, encode
from tests.integration.search.clip_gallery import frames_of
from tests.integration.search.conftest import Api
from tests.kit.builders import T0

pytestmark = pytest.mark.integration
WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}


def base64(data: bytes) -> str:
    """As it stands in JSON."""
    return b64encode(data).decode()


@pytest.fixture(scope="session")
def frame(clips_folder: Path) -> bytes:
    """A whole frame, 12.9 s into the clip of people who come one by one: the first of them is in it."""
    *_, (_, pixels) = frames_of(clips_folder / "one-by-one-person-detection.mp4", 10.0, 12.9)
    return encode(pixels, 92)


def ask(api: Api, **query: Any) -> dict[str, Any]:
    """The answer to a query."""
    response = api.client.post("/v1/queries", json={**WINDOW, **query}, headers=api.headers())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/queries/{answer['id']}"
    return answer


def test_a_photo_finds_its_person_first(api: Api, frame: bytes) -> None:
    """A frame from the clip: the person is detected, and the first candidate is that person's sighting."""
    answer = ask(api, photos=[{"data": base64(frame)}])
    expected = api.gallery["one"][0]
    first = answer["people"][0]["candidates"][0]
    assert first["sighting_id"] == str(expected.id)
    assert first["camera_id"] == "one"
    assert first["distance"] < 0.3
    assert 0 <= first["reranked_distance"] <= 1
    [probe] = answer["probes"]
    waypoint = min(expected.path, key=lambda point: abs((point.captured_at - T0).total_seconds() - 12.9))
    assert Box(**probe["box"]).iou(waypoint.box) > 0.5
    assert probe["n_people"] == 1
    assert answer["n_gallery"] == sum(map(len, api.gallery.values()))
    assert answer["model"].startswith("reid-0288@")
    assert {"detect", "embed", "scan", "rerank", "group", "total"} <= set(answer["timings_ms"])


def test_every_person_is_found_by_a_crop(api: Api) -> None:
    """A stored crop as the photo, with nothing around its person: each person of the first clip comes first."""
    for sighting in api.gallery["one"]:
        photo = api.desk.blobs.get(sighting.best_shots[-1].blob_key)
        answer = ask(api, photos=[{"data": base64(photo)}])
        assert answer["people"][0]["candidates"][0]["sighting_id"] == str(sighting.id)


def test_the_callers_box_chooses_among_several_people(api: Api, clips_folder: Path) -> None:
    """In a picture with three people the box says who is meant."""
    [(_, pixels), *_] = frames_of(clips_folder / "bodypose.mp4", 1.0, 0.5)
    photo = base64(encode(pixels, 92))
    found = set()
    for sighting in api.gallery["body"]:
        box = sighting.path[0].box
        answer = ask(api, photos=[{"data": photo, "box": {"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2}}])
        assert answer["probes"][0]["n_people"] is None
        found.add(answer["people"][0]["candidates"][0]["sighting_id"])
    assert found == {str(sighting.id) for sighting in api.gallery["body"]}


def test_multipart_gives_what_json_gives(api: Api, frame: bytes) -> None:
    """Photos as files and the query as a part are the same query."""
    by_json = ask(api, photos=[{"data": base64(frame)}], limit=7)
    files = [("photo", ("a.jpg", frame, "image/jpeg")), ("query", (None, json.dumps({**WINDOW, "limit": 7}), "application/json"))]
    response = api.client.post("/v1/queries", files=files, headers=api.headers())
    assert response.status_code == 201, response.text
    assert response.json()["people"] == by_json["people"]


def test_several_photos_of_one_person(api: Api) -> None:
    """Two photos are fused; both probes are told."""
    sighting = api.gallery["one"][1]
    photos = [{"data": base64(api.desk.blobs.get(shot.blob_key))} for shot in sighting.best_shots[:2]]
    answer = ask(api, photos=photos)
    assert len(answer["probes"]) == 2
    assert answer["people"][0]["candidates"][0]["sighting_id"] == str(sighting.id)


def test_crops_of_probes_and_candidates_can_be_fetched(api: Api, frame: bytes) -> None:
    """The URLs in the answer lead to JPEGs that only callers with a key see; each view is in the audit."""
    answer = ask(api, photos=[{"data": base64(frame)}])
    for url in (answer["probes"][0]["crop_url"], answer["people"][0]["candidates"][0]["crop_url"]):
        response = api.client.get(url, headers=api.headers("viewer"))
        assert response.status_code == 200
        assert response.headers["content-type"] == "image/jpeg"
        assert response.headers["cache-control"].startswith("private")
        assert decode(response.content).size > 0
        assert api.acts()[0] == "crop_viewed"
        assert api.client.get(url).status_code == 401


def test_a_query_can_be_fetched_again(api: Api, frame: bytes) -> None:
    """The stored answer is the answer; photos are not in it; asking and fetching are in the audit."""
    answer = ask(api, photos=[{"data": base64(frame)}], attributes=[{"name": "bag", "values": ["backpack"], "not": True}])
    assert api.acts()[:2] == ["query_answered", "query_asked"]
    fetched = api.client.get(f"/v1/queries/{answer['id']}", headers=api.headers("viewer"))
    assert fetched.json() == answer
    assert api.acts()[0] == "query_viewed"
    listed = api.client.get("/v1/queries?limit=1", headers=api.headers("viewer")).json()
    assert listed["items"][0]["id"] == answer["id"]
    assert listed["items"][0]["n_people"] == len(answer["people"])
    assert listed["items"][0]["asked"]["attributes"][0]["not"] is True


def test_attributes_alone_order_by_evidence(api: Api) -> None:
    """Without a photo the evidence decides; a required condition leaves out whoever speaks against it."""
    wanted = {"name": "upper_colour", "values": ["black"]}
    answer = ask(api, attributes=[wanted], limit=1000)
    candidates = [candidate for person in answer["people"] for candidate in person["candidates"]]
    firsts = [person["candidates"][0]["evidence"] for person in answer["people"]]
    assert firsts == sorted(firsts, reverse=True)
    assert all(candidate["distance"] is None for candidate in candidates)
    required = ask(api, attributes=[{**wanted, "required": True}], limit=1000)
    kept = [candidate["evidence"] for person in required["people"] for candidate in person["candidates"]]
    assert kept
    assert min(kept) >= 0.5
    assert len(kept) < len(candidates)
    negated = ask(api, attributes=[{**wanted, "not": True, "required": True}], limit=1000)
    both = {c["sighting_id"] for a in (required, negated) for p in a["people"] for c in p["candidates"]}
    assert both == {c["sighting_id"] for c in candidates}


def test_scope_is_kept(api: Api, frame: bytes) -> None:
    """Cameras, polygon and window decide what is looked at."""
    photo = [{"data": base64(frame)}]
    answer = ask(api, photos=photo, cameras=["body", "shop"])
    assert {c["camera_id"] for p in answer["people"] for c in p["candidates"]} <= {"body", "shop"}
    assert answer["n_gallery"] == len(api.gallery["body"]) + len(api.gallery["shop"])
    corners = [(37, 126), (37, 128), (38, 128), (38, 126)]
    inside = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in corners]
    assert ask(api, photos=photo, polygon=inside)["n_gallery"] == sum(map(len, api.gallery.values()))
    elsewhere = [{"latitude": latitude + 2, "longitude": longitude} for latitude, longitude in corners]
    assert ask(api, photos=photo, polygon=elsewhere)["people"] == []
    nobody = ask(api, photos=photo, **{"from": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"})
    assert (nobody["people"], nobody["n_gallery"]) == ([], 0)


def test_every_way_to_rerank_finds_the_person_and_is_kept_with_the_query(api: Api, frame: bytes) -> None:
    """By method with its defaults; what only names k1 means the k-reciprocal one; the query tells later how it was ranked."""
    for asked, kept in (
        ({"k1": 9}, {"method": "k-reciprocal", "k1": 9, "k2": 6, "weight_of_original": 0.3}),
        ({"method": "camera-aware", "k2_across": 3}, {"method": "camera-aware", "k1_within": 5, "k2_across": 3}),
        ({"method": "graph"}, {"method": "graph", "k1": 26, "k2": 7, "n_layers": 2, "alpha": 2.0}),
    ):
        answer = ask(api, photos=[{"data": base64(frame)}], reranking=asked)
        assert answer["people"][0]["candidates"][0]["sighting_id"] == str(api.gallery["one"][0].id)
        assert kept.items() <= answer["asked"]["reranking"].items()


def test_a_confirmed_sighting_is_looked_for_like_a_photo(api: Api, frame: bytes) -> None:
    """A sighting alone finds itself first and is told with the query; with a photo both are looked for."""
    chosen = str(api.gallery["one"][0].id)
    alone = ask(api, confirmed=[chosen])
    assert alone["people"][0]["candidates"][0]["sighting_id"] == chosen
    assert alone["people"][0]["candidates"][0]["distance"] < 1e-3
    assert alone["probes"] == []
    assert alone["asked"]["confirmed"] == [chosen]
    both = ask(api, photos=[{"data": base64(frame)}], confirmed=[chosen])
    assert both["people"][0]["candidates"][0]["sighting_id"] == chosen
    assert len(both["probes"]) == 1


def test_a_rejected_sighting_is_not_shown_again(api: Api, frame: bytes) -> None:
    """The first candidate of a photo, rejected, is gone from the answer; everybody else who was there still is."""
    first = ask(api, photos=[{"data": base64(frame)}], limit=1000)
    shown = [c["sighting_id"] for person in first["people"] for c in person["candidates"]]
    again = ask(api, photos=[{"data": base64(frame)}], rejected=shown[:1], limit=1000)
    assert {c["sighting_id"] for person in again["people"] for c in person["candidates"]} == set(shown[1:])
    by_attribute = ask(api, attributes=[{"name": "hat", "values": ["none"]}], rejected=shown[:1], limit=1000)
    assert shown[0] not in {c["sighting_id"] for person in by_attribute["people"] for c in person["candidates"]}


def test_people_hold_what_space_and_time_allow(api: Api) -> None:
    """Three people together in one picture are three people, however many candidates are asked for."""
    photo = api.desk.blobs.get(api.gallery["body"][0].best_shots[0].blob_key)
    answer = ask(api, photos=[{"data": base64(photo)}], cameras=["body"], limit=1000)
    assert len(answer["people"]) == 3
    steps = [step for person in answer["people"] for step in person["trajectory"]]
    assert {step["position"]["latitude"] for step in steps} == {37.5665}


def test_queries_run_side_by_side(api: Api, frame: bytes) -> None:
    """Eight at once give eight equal answers."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(api, photos=[{"data": base64(frame)}])["people"], range(8)))
    assert all(answer == answers[0] for answer in answers)


def test_a_found_box_can_be_given_back(api: Api, frame: bytes) -> None:
    """The box that was found, given back with the same photo, gives the same probe."""
    found = ask(api, photos=[{"data": base64(frame)}])
    given = ask(api, photos=[{"data": base64(frame), "box": found["probes"][0]["box"]}])
    assert given["people"] == found["people"]
