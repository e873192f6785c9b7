"""KEDA takes what the chart gives it, asks the real Redis and PostgreSQL with it, and pods come and go with the backlog."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from haetae.bus.connection import connect
from haetae.bus.topics import TRACKLETS, frames
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from services.alert.tasks import DELIVER, make_celery
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.profiles import SMALL, bring_secrets
from tests.helm.cluster.release import Release
from tests.helm.operators.backlog import autoscaler, hand_out, is_active, measured, publish, work_off
from tests.helm.operators.programs import ASKED_FOR
from tests.helm.operators.redises import WAYS, Told, alone
from tests.kit import builders as make
from tests.kit.schemas import own_schema
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.peer,
    pytest.mark.skipif(not ASKED_FOR, reason="`make helm-operators` builds what this needs and asks for it"),
]
FROM_REDIS = ("detect", "reid", "delivery")


def _install(cluster: Cluster, namespace: str, redis: Told, *scaled: str, more: Mapping[str, Any] | None = None) -> None:
    """The small profile with those services scaled by KEDA, whose ScaledObjects are ready then."""
    bring_secrets(cluster, namespace)
    _put(cluster, namespace, "haetae", redis.secret)
    if redis.authority:
        cluster.kubectl(
            "create", f"--namespace={namespace}", "secret", "generic", "redis-ca", f"--from-file=ca.crt={redis.authority}"
        )
    values = {name: {"autoscaling": {"enabled": True, "min": 1}} for name in scaled}
    Release(
        cluster,
        namespace,
        profile=SMALL.files,
        values={**values, "autoscaling": {"keda": "auto"}, "redis": redis.values, "backup": {"enabled": False}, **(more or {})},
    ).install()
    where = f"--namespace={namespace}"
    cluster.kubectl("wait", "--for=condition=Ready", where, "scaledobjects.keda.sh", "--all", "--timeout=90s")
    assert cluster.names("scaledobjects", namespace) == {f"haetae-{name}" for name in scaled}


def _put(cluster: Cluster, namespace: str, secret: str, contents: Mapping[str, str]) -> None:
    patch = json.dumps({"stringData": contents})
    cluster.kubectl(
        "patch", f"--namespace={namespace}", f"secret/{secret}", "--type=merge", "--patch-file=/dev/stdin", stdin=patch
    )


def _active(cluster: Cluster, namespace: str) -> set[str]:
    return {name for name in FROM_REDIS if is_active(cluster, namespace, f"haetae-{name}")}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_keda_sees_what_waits(with_keda: Cluster, namespace: str, tmp_path: Path, way: Any) -> None:
    """Each number that Kubernetes scales by is that of the messages which nobody has finished; Active says whether it is 0."""
    with way(tmp_path / "redis") as redis:
        _install(with_keda, namespace, redis, *FROM_REDIS)
        client = connect(redis.url)

        def waiting() -> list[float]:
            return [measured(with_keda, namespace, f"haetae-{name}") for name in FROM_REDIS]

        assert waiting() == [0, 0, 0]
        publish(client, frames(0), 2)
        publish(client, frames(redis.values.get("frameShards", 8) - 1), 5)
        publish(client, TRACKLETS, 3)
        with make_celery(redis.url) as deliveries:
            deliveries.send_task(DELIVER, ["one", 1])
        assert waiting() == [7, 3, 1]
        until(lambda: _active(with_keda, namespace) == set(FROM_REDIS), "KEDA calls all of them active", within_s=60, every_s=1)

        hand_out(client, TRACKLETS, 2)
        assert waiting() == [7, 3, 1]  # given to a worker is not done
        work_off(client, TRACKLETS)
        assert waiting() == [7, 0, 1]
        until(lambda: _active(with_keda, namespace) == {"detect", "delivery"}, "reid has nothing to do", within_s=60, every_s=1)


@pytest.fixture
def redis_alone(tmp_path: Path) -> Iterator[Told]:
    """One Redis."""
    with alone(tmp_path / "redis") as made:
        yield made


def test_pods_come_and_go_with_the_backlog(with_keda: Cluster, namespace: str, redis_alone: Told) -> None:
    """reid grows to a pod for each hundred tracklets that wait, stays so without an answer, and shrinks when they are done."""
    _install(with_keda, namespace, redis_alone, "reid")
    where, server = f"--namespace={namespace}", redis_alone.server
    assert server is not None

    def pods() -> int:
        (reid,) = (one for one in with_keda.objects("deployments", namespace) if one["metadata"]["name"] == "haetae-reid")
        return int(reid["status"].get("readyReplicas", 0))

    def without_answer() -> bool:
        conditions = autoscaler(with_keda, namespace, "haetae-reid")["status"].get("conditions", [])
        return any((one["type"], one["status"]) == ("ScalingActive", "False") for one in conditions)

    assert pods() == 1
    publish(connect(redis_alone.url), TRACKLETS, 350)
    until(lambda: pods() == 4, "four pods of reid for 350 tracklets", within_s=120, every_s=1)

    server.kill()
    until(without_answer, "Kubernetes knows that it does not know", within_s=120, every_s=1)
    assert pods() == 4
    server.start()

    behavior = autoscaler(with_keda, namespace, "haetae-reid")["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 600
    at_once = {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 10, "periodSeconds": 15}]}
    advanced = {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": at_once}}}  # ten minutes are long for a test
    patch = json.dumps({"spec": {"advanced": advanced}})
    with_keda.kubectl("patch", where, "scaledobject/haetae-reid", "--type=merge", f"--patch={patch}")
    work_off(connect(redis_alone.url), TRACKLETS)
    until(lambda: pods() == 1, "one pod of reid once all is done", within_s=180, every_s=1)


def test_cameras_are_counted_and_processors_measured(
    with_keda: Cluster, namespace: str, redis_alone: Told, postgres_url: str
) -> None:
    """ingest scales by the cameras that are switched on, out of the real database; search by processor time."""
    with own_schema(postgres_url, "keda_operator") as url:
        migrate(url)
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        address = address.replace(" ", "%20")  # KEDA's library reads no address with a space in it, libpq does
        store = open_store(url, cipher=Cipher([Cipher.new_key()]), application_name="tests")
        with store.begin() as t:
            for name, enabled in (("a", True), ("b", True), ("c", False)):
                t.cameras.add(make.camera(name, enabled=enabled))
        store.close()
        secret = {**redis_alone.secret, "postgres-url": address}
        told = Told(redis_alone.values, secret, redis_alone.url)
        elsewhere = {"postgresql": {"mode": "external", "external": {"host": "127.0.0.1", "networks": ["127.0.0.0/8"]}}}
        _install(with_keda, namespace, told, "ingest", "search", more=elsewhere)
        assert measured(with_keda, namespace, "haetae-ingest") == 2
        (metric,) = autoscaler(with_keda, namespace, "haetae-search")["spec"]["metrics"]
        target = {"type": "Utilization", "averageUtilization": 70}
        assert metric == {"type": "Resource", "resource": {"name": "cpu", "target": target}}
