"""`haetae tune search` against a real database, and the search service that takes up what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from haetae.cli.main import application
from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.embedding import Embedding, Vectors, normalised
from haetae.domain.geometry import GeoPoint
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock, TimeWindow
from haetae.ranking import KReciprocal
from haetae.ranking.evidence import UNMEASURED
from haetae.ranking.identity import SamePerson
from haetae.ranking.likeness import Likeness
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.training.tuning.search_cases import Case
from haetae.training.tuning.search_figures import Measured
from haetae.training.tuning.search_tasks import material_of
from services.search.gallery import StoredGallery
from services.search.pipeline import Ranking, SearchPipeline
from services.search.probes import Probes
from services.search.settings import SearchSection
from services.search.tuning import RememberedTuning, Tunables, Tuned, ranking_by
from tests.kit.builders import MODEL, T0, at, camera, sighting, uuid
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.integration
N_CASES, N_OTHERS = 8, 120
SECTION = SearchSection()


@pytest.fixture
def store(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store, which the command line is told of, with k1 and k2 set by the operator."""
    with own_schema(postgres_url, "tune_search") as url:
        migrate(url)
        monkeypatch.setenv("HAETAE_POSTGRES__URL", url)
        monkeypatch.setenv("HAETAE_SEARCH__K1", "20")
        monkeypatch.setenv("HAETAE_SEARCH__K2", "6")
        opened = open_store(url, cipher=Cipher([]))
        yield opened
        opened.close()


def tune(*words: str) -> Result:
    """The command, with few trials."""
    spoken = ["tune", "search", *words]
    return CliRunner().invoke(application(spoken), spoken)


def drawn() -> list[Sighting]:
    """Three sightings of each case's person, one after the other, among people who are each seen once: nobody has more neighbours
    that are the person than two, so that sets of 20 neighbours say little, and the original distances nearly all."""
    rng = np.random.default_rng(0)
    people = rng.standard_normal((N_CASES, 1, 32)) + 0.7 * rng.standard_normal((N_CASES, 3, 32))
    rows = normalised(np.concatenate([people.reshape(-1, 32), rng.standard_normal((N_OTHERS, 32))]).astype(np.float32))
    return [_seen(n, row) for n, row in enumerate(rows)]


def _seen(n: int, row: Vectors) -> Sighting:
    times = {"started_at": at(60.0 * n), "ended_at": at(60.0 * n + 5)}
    return sighting(n, f"gate-{n % 3}", embedding=Embedding(row, MODEL), **times)  # type: ignore[arg-type]


def keep(store: Store, n_cases: int) -> None:
    """Everybody, and for each case two queries that confirm two of the three sightings each, one of them the same."""
    seen = drawn()
    for one in seen:
        with store.begin() as transaction:
            transaction.sightings.upsert(one)
    for case in range(n_cases):
        ids = [str(one.id) for one in seen[3 * case : 3 * case + 3]]
        with store.begin() as transaction:
            for n, confirmed in enumerate((ids[:2], ids[1:])):
                asked_at = T0 + timedelta(hours=case, minutes=n)
                transaction.queries.put(uuid(f"{case} {n}"), "operator", _request(confirmed), {"people": []}, asked_at=asked_at)


def _request(confirmed: list[str]) -> dict[str, Any]:
    window = {"from": at(-60).isoformat(), "to": at(86_400).isoformat()}
    person = {"n_photos": 1, "confirmed": confirmed, "rejected": [], "attributes": []}
    return {**person, **window, "cameras": [], "polygon": [], "limit": 50, "reranking": None}


def counts(store: Store, remembered: RememberedTuning, base: SearchPipeline) -> Tuned:
    """What a search service would answer the next query by."""
    with store.begin() as transaction:
        return remembered.of(transaction, base, SECTION, SystemClock())


def weight_of(found: Tuned) -> float:
    """Of the original distance."""
    how = found.pipeline.ranking.reranking
    assert isinstance(how, KReciprocal)
    return how.weight_of_original


def test_another_weight_is_found_applied_and_withdrawn(store: Store) -> None:
    """Where another lambda is clearly better the command finds it with few trials and says what it is worth on held-out cases. It
    changes nothing until it is told to, leaves alone what an operator has set, and there is a way back that keeps the history."""
    keep(store, N_CASES)
    remembered, base = RememberedTuning(), SearchPipeline(Ranking(), SystemClock())
    shown = tune("--trials", "8", "--folds", "4", "--json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert (found["n_cases"], found["n_probes"], found["applied"]) == (N_CASES, 3 * N_CASES, None)
    assert found["after"]["map"] > found["before"]["map"] + 0.03
    assert found["worth_applying"]["weight_of_original"] >= 0.6
    assert {"k1", "k2"}.isdisjoint(found["worth_applying"])
    assert counts(store, remembered, base) == Tuned(base)

    applied = json.loads(tune("--trials", "8", "--folds", "4", "--json", "--apply").stdout)
    assert applied["worth_applying"] == found["worth_applying"]
    now = counts(store, remembered, base)
    assert weight_of(now) == pytest.approx(found["worth_applying"]["weight_of_original"])
    assert now.tuned_at is not None
    assert now is counts(store, remembered, base)

    assert json.loads(tune("--back", "--json").stdout) == {"withdrawn": applied["applied"], "counts": None, "parameters": {}}
    assert counts(store, remembered, base) == Tuned(base)
    again = tune("--back")
    assert again.exit_code != 0
    with store.begin() as transaction:
        (kept,) = transaction.tunings.history(10)
        acts = [record.act for record in transaction.audit.page()]
    assert kept.withdrawn_at is not None
    assert dict(kept.after) == applied["after"]
    assert acts == ["search_tuning_withdrawn", "search_tuned"]


def test_what_is_tuned_is_the_order_of_search(store: Store) -> None:
    """With conditions, and cameras on the map, a probe's candidates stand as the pipeline orders them, by any parameters."""
    keep(store, 0)
    people = drawn()
    scope = Scope(TimeWindow(at(30), at(86_400)))  # without the probe itself
    conditions = (AttributeCondition(AttributeName.BAG, ("backpack",)),)
    case = Case(tuple(one.id for one in people[:3]), (), conditions, scope)
    with store.begin() as transaction:
        for n in range(3):
            transaction.cameras.add(camera(f"gate-{n}", position=GeoPoint(37.5 + 0.004 * n, 127.0)))
        for one in people[::4]:
            transaction.sightings.upsert(replace(one, attributes=Attributes({}), revision=2))
    with store.begin(consistent=True) as transaction:
        material = material_of(transaction, [case], MODEL, UNMEASURED, n_nearest=100)
        task = material.tasks[0]
        assert (task.n_right, int(task.right.sum())) == (2, 2)
        assert len(set(task.attributes)) > 1
        assert len(set(task.space_time)) > 1
        measured = Measured(material, Likeness(), SamePerson())
        probes = Probes((), task.probe[None], MODEL, (1.0,))
        query = Query(scope, conditions, limit=100, confirmed=(people[0].id,))
        for chosen in (Tunables.of(SECTION), Tunables(8, 3, 0.75, 1.5, 0.4, 0.4)):
            ranking = replace(ranking_by(Ranking(), chosen), n_reranked=100)
            answer = SearchPipeline(ranking, SystemClock()).answer(query, probes, StoredGallery(transaction))
            found = sorted((one.order, one.distance) for person in answer.people for one in person.candidates)
            order = measured.order(0, chosen)
            distances = 1 - task.vectors.astype(np.float32)[order] @ task.probe
            assert [distance for _, distance in found] == pytest.approx(distances.tolist(), abs=2e-3)


def test_with_too_few_cases_nothing_is_tuned(store: Store) -> None:
    """It is refused, by a message that says how many there are, and nothing is kept."""
    keep(store, 3)
    refused = tune("--apply")
    assert refused.exit_code != 0
    assert "there are 3: confirm more" in str(refused.exception) + refused.output
    with store.begin() as transaction:
        assert transaction.tunings.newest() is None


def test_each_step_back_is_one_step(store: Store) -> None:
    """The one before counts again, then search as it is set up; parameters that cannot be are not searched by."""
    remembered, base = RememberedTuning(), SearchPipeline(Ranking(), SystemClock())
    with store.begin() as transaction:
        for weight in (0.5, 0.9, 7.0):
            transaction.tunings.put({"weight_of_original": weight}, ({}, {}), 5, T0)
    assert counts(store, remembered, base) == Tuned(base)  # 7 is no weight
    for weight in (0.9, 0.5):
        with store.begin() as transaction:
            transaction.tunings.withdraw_newest(T0)
        assert weight_of(counts(store, remembered, base)) == weight
    with store.begin() as transaction:
        assert transaction.tunings.withdraw_newest(T0) is not None
        assert transaction.tunings.withdraw_newest(T0) is None
        assert transaction.session.scalar(text("SELECT count(*) FROM search_tunings")) == 3
