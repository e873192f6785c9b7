"""Values that may go together, drawn: what an operator could set, beyond the profiles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Values = dict[str, Any]
_record = st.fixed_dictionaries
SCALED = ("ingest", "detect", "reid", "delivery", "search")
_NETWORKS = st.lists(
    st.sampled_from(["10.0.0.0/8", "192.168.7.0/24", "fd00::/8", "0.0.0.0/0"]), min_size=1, max_size=3, unique=True
)
_NAMES = st.sampled_from(["a", "haetae-secrets", "site-1.keys"])
_QUANTITIES = st.sampled_from(["1Gi", "512Mi", "2", "750m", 3])
_AMOUNTS = _record({"cpu": _QUANTITIES, "memory": _QUANTITIES})
_RESOURCES = _record({"requests": _AMOUNTS, "limits": _AMOUNTS})
_CLAIM = st.just({"persistentVolumeClaim": {"claimName": "x", "readOnly": True}})
_PLACES = {
    "nodeSelector": st.dictionaries(st.sampled_from(["zone", "gpu"]), st.sampled_from(["a", "true", "1"]), max_size=2),
    "tolerations": st.lists(st.just({"key": "gpu", "operator": "Exists"}), max_size=1),
}


def _postgresql() -> st.SearchStrategy[Values]:
    common = {"existingSecret": _NAMES, "caSecret": st.sampled_from(["", "postgres-ca"]), "poolSize": st.integers(1, 100)}
    internal = _record({"settings": st.just({"max_connections": 200, "jit": False}), "resources": _RESOURCES, **_PLACES})
    external = _record({"host": st.just("db.example"), "port": st.integers(1, 65535), "networks": _NETWORKS})
    cluster = _record({"name": st.sampled_from(["", "facts"]), "instances": st.integers(1, 5)})
    return st.one_of(
        _record({"mode": st.just("internal"), "internal": internal}, optional=common),
        _record({"mode": st.just("external"), "external": external}, optional=common),
        _record({"mode": st.just("cloudnative-pg"), "cloudnativePg": cluster}, optional=common),
    )


def _redis() -> st.SearchStrategy[Values]:
    external = {"addresses": st.just(["r1.example:26379", "r2.example:26379"]), "service": st.just("main"), "networks": _NETWORKS}
    inside = {"mode": st.just("internal"), "internal": _record({"maxMemory": st.just("2gb"), **_PLACES})}
    outside = {
        "mode": st.sampled_from(["external", "sentinel"]),
        "external": _record(external, optional={"tls": st.booleans(), "user": st.just("haetae"), "database": st.integers(0, 3)}),
        "keys": st.sampled_from([{}, {"sentinelPassword": "redis-sentinel-password"}]),
    }
    shards = {"frameShards": st.integers(8, 16), "caSecret": st.sampled_from(["", "redis-ca"])}
    return st.one_of(_record({**inside, **shards}), _record({**outside, **shards}))


def _triton() -> st.SearchStrategy[Values]:
    external = _record({"address": st.just("triton.example:8001"), "networks": _NETWORKS})
    return st.one_of(
        _record({"mode": st.just("cpu"), "replicas": st.integers(1, 4), "resources": _RESOURCES, **_PLACES}),
        _record({"mode": st.just("gpu"), "runtimeClassName": st.sampled_from(["", "nvidia"]), **_PLACES}),
        _record({"mode": st.just("external"), "external": external}),
    )


def _models() -> st.SearchStrategy[Values]:
    pulled = {"pull": st.just(["rtmdet-nano"]), "mirror": _record({}, optional={"volume": _CLAIM})}
    return st.one_of(
        st.just({}),
        _record(pulled),
        _record({"folder": _record({"volume": _CLAIM})}),
        st.just({"engine": "openvino", "precision": "bf16"}),
    )


def _blobs() -> st.SearchStrategy[Values]:
    bucket = {"bucket": st.just("crops"), "networks": _NETWORKS, "caSecret": st.sampled_from(["", "s3-ca"])}
    return st.one_of(
        _record({"mode": st.just("volume"), "volume": _record({"existingClaim": st.sampled_from(["", "mine"])})}),
        _record({"mode": st.just("s3"), "s3": _record(bucket)}),
    )


def _front() -> st.SearchStrategy[Values]:
    ingress = _record({"enabled": st.booleans(), "className": st.sampled_from(["nginx", "traefik"])})
    gateway = _record({"enabled": st.booleans(), "parentRefs": st.just([{"name": "g"}]), "authority": st.just("ca")})
    tls = st.sampled_from([{}, {"secret": "front"}, {"secret": "front", "issuer": {"name": "ours", "kind": "Issuer"}}])
    return _record({"host": st.just("haetae.example"), "ingress": ingress, "gateway": gateway, "tls": tls})


def _scaled() -> dict[str, st.SearchStrategy[Values]]:
    scaling = _record({"enabled": st.booleans(), "min": st.integers(1, 3), "max": st.integers(3, 8)})
    return {name: _record({"autoscaling": scaling, "replicas": st.integers(0, 4)}) for name in SCALED}


def _tls() -> st.SearchStrategy[Values]:
    return st.sampled_from(
        [
            {},
            {"internal": {"enabled": True, "existingSecret": "tls"}},
            {"internal": {"enabled": True, "issuer": {"name": "ours", "kind": "ClusterIssuer"}}},
        ]
    )


VALUES: st.SearchStrategy[Values] = _record(
    {
        "postgresql": _postgresql(),
        "redis": _redis(),
        "triton": _triton(),
        "models": _models(),
        "blobs": _blobs(),
        "front": _front(),
        "tls": _tls(),
        **_scaled(),
    },
    optional={
        "nameOverride": st.sampled_from(["", "person-search"]),
        "image": _record({"registry": st.just("mirror.example/x"), "pullSecrets": st.just(["pull"])}),
        "networkPolicy": _record({"enabled": st.booleans()}),
        "sources": _record({"privateNetworks": _NETWORKS, "public": st.booleans(), "recordings": _record({"volume": _CLAIM})}),
        "webhooks": _record({"public": st.booleans(), "ports": st.just([443, 8443])}),
        "milvus": st.just({"enabled": True, "uri": "http://milvus:19530", "networks": ["10.0.0.0/8"]}),
        "backup": _record({"enabled": st.booleans(), "drill": _record({"enabled": st.booleans()})}),
        "secrets": _record({"reloader": st.booleans(), "external": st.just({"enabled": True, "store": {"name": "vault"}})}),
        "monitoring": _record({"serviceMonitor": st.sampled_from(["auto", "always", "never"]), "dashboard": st.booleans()}),
        "autoscaling": _record({"keda": st.sampled_from(["auto", "always", "never"])}),
        "test": _record({"enabled": st.booleans()}),
    },
)
