"""Answers by parameters that were tuned while the service runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from services.search.queries.circumstances import MadeWithOut
from tests.integration.search.conftest import Api
from tests.integration.search.live import BLACK, WINDOW
from tests.kit.builders import T0

pytestmark = pytest.mark.integration
TUNED = {"k1": 9, "k2": 3, "weight_of_original": 0.75, "weight_of_attributes": 0.9, "same_person_distance": 0.55}


@pytest.fixture
def tuned(api: Api) -> Iterator[None]:
    """What was tuned counts for the length of the test."""
    with api.desk.store.begin() as transaction:
        transaction.tunings.put(TUNED, ({"map": 0.5}, {"map": 0.6}), 5, T0)
    yield
    with api.desk.store.begin() as transaction:
        transaction.tunings.withdraw_newest(T0)


def ask(api: Api) -> dict[str, Any]:
    """A query by attributes."""
    response = api.client.post("/v1/queries", json={**WINDOW, "attributes": [BLACK]}, headers=api.headers())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_the_next_query_is_answered_by_what_was_tuned(api: Api, tuned: None) -> None:
    """Without a restart; the answer says since when, and with which values."""
    made = MadeWithOut.model_validate(ask(api)["made_with"])
    assert made.tuned == T0
    assert made.reranking.model_dump() == {"method": "k-reciprocal", "k1": 9, "k2": 3, "weight_of_original": 0.75}
    assert (made.settings["weights.attributes"], made.settings["same_person.max_distance"]) == (0.9, 0.55)


def test_withdrawn_it_counts_no_more_and_a_repeat_says_so(api: Api, request: pytest.FixtureRequest) -> None:
    """As set up, the answer names no tuning; one that repeats it after tuning tells what changed."""
    before = ask(api)
    assert before["made_with"]["tuned"] is None
    request.getfixturevalue("tuned")
    again = api.client.post(f"/v1/queries/{before['id']}/repeat", json={}, headers=api.headers()).json()
    changes = {change["name"]: (change["before"], change["now"]) for change in again["repeat"]["changes"]}
    assert changes["settings.weights.attributes"] == (0.5, 0.9)
    assert changes["tuned"][0] is None
    assert "reranking.k1" not in changes  # a repeat is re-ranked as it was then
