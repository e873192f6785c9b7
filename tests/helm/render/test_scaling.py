"""How components grow: by what waits for them where KEDA is there, by processor time where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from haetae.bus.topics import TRACKLETS, frames
from haetae.store.engine import open_unlimited
from haetae.store.migration import migrate
from services.alert.tasks import queue_key
from tests.helm.render.chart import EVERYTHING, PROFILES, Manifest, render
from tests.helm.render.manifests import component, named, of_kind
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.peer

SCALED = ("ingest", "detect", "reid", "delivery", "search")
VALUES: dict[str, Any] = {name: {"autoscaling": {"enabled": True}} for name in SCALED} | {
    "autoscaling": {"keda": "auto", "prometheus": "http://prometheus:9090"},
    "redis": {"frameShards": 8},
}


@pytest.fixture(scope="module")
def with_keda() -> list[Manifest]:
    """The small profile, scaled, in a cluster with KEDA."""
    return render(VALUES, profile=PROFILES["small"], kinds=EVERYTHING)


def _triggers(manifests: list[Manifest], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = named(manifests, "ScaledObject", f"haetae-{name}")["spec"]["triggers"]
    return found


def test_streams_are_those_of_the_code(with_keda: list[Manifest]) -> None:
    """detect scales on every shard of the frames as one sum, reid on the tracklets, delivery on Celery's queue."""
    shards = [trigger["metadata"]["stream"] for trigger in _triggers(with_keda, "detect")]
    assert shards == [frames(shard) for shard in range(8)]
    modifiers = named(with_keda, "ScaledObject", "haetae-detect")["spec"]["advanced"]["scalingModifiers"]
    assert modifiers["formula"].split(" + ") == [trigger["name"] for trigger in _triggers(with_keda, "detect")]
    assert [trigger["metadata"]["stream"] for trigger in _triggers(with_keda, "reid")] == [TRACKLETS]
    assert [trigger["metadata"]["listName"] for trigger in _triggers(with_keda, "delivery")] == [queue_key()]


def test_ingest_counts_the_cameras(with_keda: list[Manifest], postgres_url: str) -> None:
    """The number of cameras comes from a statement that our schema answers."""
    (trigger,) = _triggers(with_keda, "ingest")
    with own_schema(postgres_url, "keda") as url:
        migrate(url)
        engine = open_unlimited(url, application_name="tests")
        with engine.connect() as connection:
            assert connection.exec_driver_sql(trigger["metadata"]["query"]).one() == (0,)
        engine.dispose()


def test_search_counts_queries_in_flight(with_keda: list[Manifest]) -> None:
    """Processor time and, where Prometheus is named, the queries that are answered or wait in line."""
    assert [trigger["type"] for trigger in _triggers(with_keda, "search")] == ["cpu", "prometheus"]
    assert "sum(haetae_search_queries_in_line{" in _triggers(with_keda, "search")[1]["metadata"]["query"]


def test_keda_may_reach_what_it_asks(with_keda: list[Manifest]) -> None:
    """KEDA's namespace may reach Redis and PostgreSQL, and its passwords come from the same Secret."""
    assert {"haetae-backlog-bus-in", "haetae-backlog-facts-in"} <= {
        policy["metadata"]["name"] for policy in of_kind(with_keda, "NetworkPolicy")
    }
    for access in of_kind(with_keda, "TriggerAuthentication"):
        assert {target["name"] for target in access["spec"]["secretTargetRef"]} == {"haetae"}


def test_keda_is_told_how_redis_is_asked_elsewhere() -> None:
    """A user and a database of yours, and the Sentinels' own password, reach KEDA's triggers; unnamed, none is said."""
    external = {"addresses": ["s1.example:26379"], "service": "main", "networks": ["10.0.0.0/8"]}
    plain = {**VALUES, "redis": {"mode": "sentinel", "external": external}}
    ours = {"keys": {"sentinelPassword": "of-the-sentinels"}, "external": {**external, "user": "haetae", "database": 3}}
    for values, user, database, parameters in (
        (plain, None, "0", {"password"}),
        ({**VALUES, "redis": {"mode": "sentinel", **ours}}, "haetae", "3", {"password", "sentinelPassword"}),
    ):
        manifests = render(values, profile=PROFILES["small"], kinds=EVERYTHING)
        for name in ("detect", "reid", "delivery"):
            for trigger in _triggers(manifests, name):
                assert (trigger["metadata"].get("username"), trigger["metadata"]["databaseIndex"]) == (user, database)
        access = named(manifests, "TriggerAuthentication", "haetae-redis-backlog")
        assert {target["parameter"] for target in access["spec"]["secretTargetRef"]} == parameters


def test_without_keda_processor_time_decides() -> None:
    """A bare cluster gets one HorizontalPodAutoscaler for each scaled component, and nothing of KEDA's."""
    manifests = render(VALUES, profile=("small",))
    assert {component({"metadata": one["metadata"]}) for one in of_kind(manifests, "HorizontalPodAutoscaler")} == set(SCALED)
    assert of_kind(manifests, "ScaledObject") + of_kind(manifests, "TriggerAuthentication") == []


def test_nobody_counts_replicas_twice(with_keda: list[Manifest]) -> None:
    """A Deployment that is scaled says no number of replicas: an upgrade leaves it where the scaler put it."""
    for deployment in of_kind(with_keda, "Deployment"):
        assert ("replicas" in deployment["spec"]) is (component(deployment) not in SCALED)
