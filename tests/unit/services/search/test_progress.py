"""How far a query is, and what it was made with."""

from __future__ import annotations

from uuid import uuid4

import pytest
from fastapi import Request

from haetae.ranking import CameraAware, GraphPropagation, KReciprocal, Reranking
from services.search.pipeline import Ranking
from services.search.queries.cancelling import Cancelled
from services.search.queries.circumstances import made_with
from services.search.queries.progress import ProgressOut
from services.search.queries.running import Run
from services.search.queries.streaming import wants_events
from services.search.stages import Stage
from tests.kit.builders import T0


def test_shares_grow_to_one_over_all_targets() -> None:
    """Each target is an equal share; a step that is not known moves nothing; the last step of the last target ends at 1."""
    run = Run(uuid4(), n_targets=3)
    heard: list[ProgressOut] = []
    run.hear = heard.append
    for _ in range(3):
        for step in ("count", "scan", "a step of later", "vectors", "rerank", "load", "group"):
            run.ended(Stage(step, 0.1, 7))
        run.next_target()
    shares = [progress.share for progress in heard]
    assert shares == sorted(shares)
    assert (shares[-1], heard[-1].target) == (1.0, 2)
    assert [progress.target for progress in heard if progress.stage == "count" and progress.counts == {"count": 7}] == [0, 1, 2]


def test_who_cancels_ends_it_at_its_next_step() -> None:
    """The thread that answers hears of it when it tells a step."""
    run = Run(uuid4())
    run.ended(Stage("count", 0.1, 7))
    run.cancel()
    with pytest.raises(Cancelled):
        run.ended(Stage("scan", 0.1, 7))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/event-stream", True),
        ("application/json, Text/Event-Stream;q=0.5", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("text/event-stream; q=0", False),
        ("text/event-streams", False),
    ],
)
def test_only_who_names_the_stream_gets_it(accept: str, wanted: bool) -> None:
    """`*/*`, which every client sends, means the document."""
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    assert wants_events(request) is wanted


@pytest.mark.parametrize("how", [None, KReciprocal(k1=9), CameraAware(k2_across=3), GraphPropagation(n_layers=1)])
def test_what_decided_is_kept_with_every_parameter(how: Reranking | None) -> None:
    """The re-ranking as it was used, also where it is the service's, comes back as the same; the service's settings by name."""
    ranking = Ranking(n_reranked=77)
    made = made_with(ranking, how, T0)
    assert made.reranking.how() == (how or ranking.reranking)
    assert made.settings["n_reranked"] == 77
    assert made.settings["same_person.max_distance"] == ranking.same_person.max_distance
    assert type(made).model_validate_json(made.model_dump_json()) == made
