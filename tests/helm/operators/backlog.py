"""What waits in Redis, put there and taken away as the services do it, and what Kubernetes is told of it."""

from __future__ import annotations

import json
from urllib.parse import quote

import redis

from haetae.bus.consumer import Commit, Consumer
from haetae.bus.publisher import Outgoing, Publisher
from haetae.bus.topics import group_of
from tests.helm.cluster.kubernetes import Cluster, Object
from tests.integration.bus.flow import running
from tests.kit.waiting import until

SCALED_BY = "scaledobject.keda.sh/name"


def publish(client: redis.Redis, topic: str, n: int) -> None:
    """`n` messages more."""
    Publisher(client).publish([Outgoing(topic, str(number).encode()) for number in range(n)])


def hand_out(client: redis.Redis, topic: str, n: int) -> None:
    """Gives `n` messages to a worker of the topic's group that does not come back."""
    group = group_of(topic)
    client.xgroup_create(topic, group, id="0", mkstream=True)
    client.xreadgroup(group, f"{group}-gone", {topic: ">"}, count=n)


def work_off(client: redis.Redis, topic: str) -> None:
    """A worker of the topic's group takes all of them, those too that another one had been given."""
    group = group_of(topic)
    consumer = Consumer(client, [topic], group, f"{group}-0", block_s=0.2, claim_idle_s=0.2)
    with running(consumer, lambda messages: Commit()):
        until(lambda: client.xlen(topic) == 0, f"{topic} is empty", within_s=60)


def autoscaler(cluster: Cluster, namespace: str, name: str) -> Object:
    """The HorizontalPodAutoscaler that KEDA made for that ScaledObject."""
    found = [
        one for one in cluster.objects("horizontalpodautoscalers", namespace) if one["metadata"]["labels"][SCALED_BY] == name
    ]
    (one,) = found
    return one


def measured(cluster: Cluster, namespace: str, name: str) -> float:
    """The one external number of that autoscaler, asked for in its own words: what Kubernetes scales by."""
    (metric,) = (one["external"]["metric"] for one in autoscaler(cluster, namespace, name)["spec"]["metrics"])
    labels = ",".join(f"{key}={value}" for key, value in metric["selector"]["matchLabels"].items())
    path = f"/apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/{metric['name']}?labelSelector={quote(labels)}"
    (item,) = json.loads(cluster.kubectl("get", "--raw", path))["items"]
    value = str(item["value"])
    return float(value.removesuffix("m")) / 1000 if value.endswith("m") else float(value)


def is_active(cluster: Cluster, namespace: str, name: str) -> bool:
    """Whether KEDA sees something to do for that ScaledObject."""
    conditions = {one["metadata"]["name"]: one["status"]["conditions"] for one in cluster.objects("scaledobjects", namespace)}[
        name
    ]
    return any(one["type"] == "Active" and one["status"] == "True" for one in conditions)
