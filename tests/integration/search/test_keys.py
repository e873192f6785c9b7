"""Keys are made and ended by admins, shown once, and noted."""

from __future__ import annotations

import pytest

from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration


def test_a_key_works_from_its_making_to_its_end(api: Api) -> None:
    """The token is in the answer of its making alone; its holder has its role; after its end it is nobody's."""
    admin = api.headers("admin")
    made = api.client.post("/v1/keys", json={"name": "control room 2", "role": "viewer"}, headers=admin)
    assert made.status_code == 201
    token = made.json()["token"]
    me = api.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json() == {"name": "control room 2", "role": "viewer"}
    listed = api.client.get("/v1/keys", headers=admin)
    assert "control room 2" in {key["name"] for key in listed.json()["items"]}
    assert token not in listed.text
    assert api.client.delete("/v1/keys/control room 2", headers=admin).status_code == 204
    assert api.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert api.acts()[:2] == ["key_removed", "key_added"]


def test_what_cannot_be_done_with_keys_is_a_problem(api: Api) -> None:
    """A name twice, a name or role that is none, a key that is not there, and the key of the request itself."""
    admin = api.headers("admin")
    answers = [
        api.client.post("/v1/keys", json={"name": "a viewer", "role": "viewer"}, headers=admin),
        api.client.post("/v1/keys", json={"name": "../x", "role": "viewer"}, headers=admin),
        api.client.post("/v1/keys", json={"name": "x", "role": "king"}, headers=admin),
        api.client.delete("/v1/keys/nobody", headers=admin),
        api.client.delete("/v1/keys/a admin", headers=admin),
    ]
    assert [answer.status_code for answer in answers] == [409, 422, 422, 404, 409]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize("role", ["viewer", "operator", "service"])
def test_only_admins_keep_keys(api: Api, role: str) -> None:
    """Everybody else is refused, whatever they ask of keys."""
    headers = api.headers(role)
    asked = {"name": "mine", "role": "admin"}
    answers = [
        api.client.post("/v1/keys", json=asked, headers=headers),
        api.client.get("/v1/keys", headers=headers),
        api.client.delete("/v1/keys/a viewer", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
