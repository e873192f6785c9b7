"""Values that make no sense are refused, in words that say which and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helm.render.chart import EVERYTHING, PROFILES, try_render

pytestmark = pytest.mark.peer

NETWORKS = ["10.0.0.0/8"]
NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"ingest": {"replica": 3}}, "additional properties 'replica' not allowed"),
    ({"ingres": {}}, "additional properties 'ingres' not allowed"),
    ({"ingest": {"settings": {"group_siz": 3}}}, "additional properties 'group_siz' not allowed"),
    ({"ingest": {"settings": {"group_size": 0}}}, "/ingest/settings/group_size': minimum: got 0, want 1"),
    ({"detect": {"settings": {"min_score": 2}}}, "/detect/settings/min_score': maximum: got 2, want 1"),
    ({"search": {"settings": {"host": "::"}}}, "additional properties 'host' not allowed"),
    ({"search": {"settings": {"index": "faiss"}}}, "must be one of 'memory', 'milvus', 'none'"),
    ({"alert": {"autoscaling": {}}}, "additional properties 'autoscaling' not allowed"),
    ({"redis": {"mode": "cluster"}}, "/redis/mode': value must be one of 'internal', 'external', 'sentinel'"),
    ({"redis": {"frameShards": 0}}, "/redis/frameShards': minimum"),
    ({"postgresql": {"mode": "mysql"}}, "must be one of 'internal', 'cloudnative-pg', 'external'"),
    ({"postgresql": {"poolSize": "many"}}, "/postgresql/poolSize': got string, want integer"),
    ({"postgresql": {"internal": {"storage": {"size": "20 GB"}}}}, "/postgresql/internal/storage/size': '20 GB' does not match"),
    ({"postgresql": {"password": "open"}}, "additional properties 'password' not allowed"),
    ({"triton": {"mode": "tpu"}}, "must be one of 'cpu', 'gpu', 'external'"),
    ({"blobs": {"volume": {"accessMode": "ReadOnlyMany"}}}, "/blobs/volume/accessMode': value must be one of"),
    ({"blobs": {"s3": {"endpoint": "s3.example"}}}, "/blobs/s3/endpoint': 's3.example' does not match"),
    ({"models": {"folder": {"volume": {"hostPath": {"path": "/models"}}}}}, "additional properties 'hostPath' not allowed"),
    ({"sources": {"privateNetworks": ["10.0.0.1"]}}, "/sources/privateNetworks/0': '10.0.0.1' does not match"),
    ({"webhooks": {"ports": [0]}}, "/webhooks/ports/0': minimum"),
    ({"image": {"overrides": {"service": {"tag": "latest"}}}}, "/image/overrides/service/tag': 'not' failed"),
    ({"image": {"overrides": {"nginx": {"tag": "1"}}}}, "/image/overrides': additional properties 'nginx' not allowed"),
    ({"image": {"overrides": {"service": {"digest": "sha256:1"}}}}, "/image/overrides/service/digest'"),
    ({"understanding": {"endpoint": "http://user:password@llm"}}, "/understanding/endpoint'"),
    ({"backup": {"schedule": "daily"}}, "/backup/schedule': 'daily' does not match"),
    ({"logs": {"level": "TRACE"}}, "must be one of 'DEBUG', 'INFO', 'WARNING', 'ERROR'"),
    ({"secrets": {"existingSecret": ""}}, "/secrets/existingSecret': minLength"),
    ({"autoscaling": {"keda": True}}, "/autoscaling/keda': value must be one of 'auto', 'always', 'never'"),
    ({"detect": {"replicas": 9}}, "only redis.frameShards (8) workers find a shard"),
    ({"detect": {"autoscaling": {"enabled": True, "max": 9}}}, "detect.autoscaling.max is 9"),
    ({"search": {"autoscaling": {"enabled": True, "min": 9}}}, "search.autoscaling.min is above its max"),
    ({"blobs": {"mode": "s3"}}, "blobs.mode s3 needs blobs.s3.bucket"),
    ({"blobs": {"mode": "s3", "s3": {"bucket": "crops"}}}, "blobs.s3.networks is empty"),
    ({"postgresql": {"mode": "external"}}, "postgresql.external.networks is empty"),
    ({"redis": {"mode": "sentinel"}}, "redis.external.networks is empty"),
    ({"triton": {"mode": "external"}}, "triton.mode external needs triton.external.address"),
    ({"milvus": {"enabled": True}}, "milvus.enabled needs milvus.uri"),
    (
        {"milvus": {"enabled": True, "uri": "http://x", "networks": NETWORKS}, "search": {"settings": {"index": "none"}}},
        "contradict",
    ),
    ({"understanding": {"endpoint": "http://llm", "networks": NETWORKS}}, "understanding.endpoint needs understanding.model"),
    ({"telemetry": {"traces": {"endpoint": "collector:4318"}}}, "/telemetry/traces/endpoint'"),
    ({"telemetry": {"traces": {"endpoint": "http://me:password@collector:4318"}}}, "/telemetry/traces/endpoint'"),
    ({"telemetry": {"traces": {"sampleRatio": 10}}}, "/telemetry/traces/sampleRatio': maximum: got 10, want 1"),
    ({"telemetry": {"traces": {"headers": "authorization=open"}}}, "additional properties 'headers' not allowed"),
    ({"telemetry": {"traces": {"networks": NETWORKS}}}, "telemetry.traces is set up but has no endpoint"),
    ({"telemetry": {"traces": {"endpoint": "http://c:4317", "networks": NETWORKS}}}, "port for HTTP, usually 4318"),
    ({"telemetry": {"traces": {"endpoint": "http://c", "caSecret": "a", "networks": NETWORKS}}}, "needs an https endpoint"),
    ({"telemetry": {"traces": {"endpoint": "http://c:4318"}}}, "would cut the collector off"),
    ({"models": {"precision": "bf16"}}, "models.precision bf16 needs models.engine openvino"),
    ({"models": {"pull": ["x"], "folder": {"volume": {"persistentVolumeClaim": {"claimName": "a"}}}}}, "exclude each other"),
    ({"models": {"mirror": {"volume": {"persistentVolumeClaim": {"claimName": "a"}}}}}, "serves nobody without models.pull"),
    ({"tls": {"internal": {"enabled": True}}}, "tls.internal.enabled needs tls.internal.issuer.name"),
    ({"front": {"ingress": {"enabled": True}}}, "need front.host"),
    ({"front": {"host": "a.example", "gateway": {"enabled": True}}}, "needs front.gateway.parentRefs"),
    ({"front": {"tls": {"issuer": {"name": "x"}}}}, "front.tls.issuer needs front.tls.secret"),
    ({"secrets": {"external": {"enabled": True}}}, "needs secrets.external.store.name"),
]


@pytest.mark.parametrize(("values", "words"), NONSENSE, ids=[words for _, words in NONSENSE])
def test_nonsense_is_refused(values: dict[str, Any], words: str) -> None:
    """The refusal names the value and what is wrong with it."""
    outcome = try_render(values)
    assert outcome.code != 0
    assert words in outcome.said


def test_a_part_of_a_mapping_is_enough() -> None:
    """Who sets one limit keeps the defaults of the others."""
    assert try_render({"search": {"resources": {"limits": {"cpu": 1}}}}).code == 0


def test_several_faults_are_told_at_once() -> None:
    """Who sets three values wrongly hears of all three."""
    said = try_render({"milvus": {"enabled": True}, "front": {"ingress": {"enabled": True}}, "blobs": {"mode": "s3"}}).said
    assert all(words in said for words in ("milvus.uri", "front.host", "blobs.s3.bucket"))


def test_scaling_by_sentinels_needs_their_addresses() -> None:
    """Where KEDA asks Redis, it has to know where the Sentinels are; without KEDA the services' own address is enough."""
    values = {
        "redis": {"mode": "sentinel", "external": {"networks": NETWORKS}},
        "reid": {"autoscaling": {"enabled": True}},
    }
    assert "needs redis.external.addresses" in try_render(values, kinds=EVERYTHING).said
    assert try_render(values).code == 0


def test_an_old_cluster_is_refused() -> None:
    """The chart says which Kubernetes it needs."""
    assert "requires kubeVersion" in try_render(profile=PROFILES["small"], options=["--kube-version=1.28.0"]).said
