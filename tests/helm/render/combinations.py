"""Values that may go together, drawn: what an operator could set, beyond the profiles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Values = dict[str, Any]
SCALED = ("ingest", "detect", "reid", "delivery", "search")
_NETWORKS = st.lists(st.sampled_from(["10.0.0.0/8", "192.168.7.0/24", "fd00::/8", "0.0.0.0/0"]), min_size=1, max_size=3, unique=True)
_NAMES = st.sampled_from(["a", "haetae-secrets", "site-1.keys"])
_QUANTITIES = st.sampled_from(["1Gi", "512Mi", "2", "750m", 3])
_AMOUNTS = st.fixed_dictionaries({"cpu": _QUANTITIES, "memory": _QUANTITIES})
_RESOURCES = st.fixed_dictionaries({"requests": _AMOUNTS, "limits": _AMOUNTS})
_CLAIM = st.just({"persistentVolumeClaim": {"claimName": "x", "readOnly": True}})
_PLACES = {
    "nodeSelector": st.dictionaries(st.sampled_from(["zone", "gpu"]), st.sampled_from(["a", "true", "1"]), max_size=2),
    "tolerations": st.lists(st.just({"key": "gpu", "operator": "Exists"}), max_size=1),
}


def _postgresql() -> st.SearchStrategy[Values]:
    common = {"existingSecret": _NAMES, "caSecret": st.sampled_from(["", "postgres-ca"]), "poolSize": st.integers(1, 100)}
    internal = st.fixed_dictionaries({"settings": st.just({"max_connections": 200, "jit": False}), "resources": _RESOURCES, **_PLACES})
    external = st.fixed_dictionaries({"host": st.just("db.example"), "port": st.integers(1, 65535), "networks": _NETWORKS})
    cluster = st.fixed_dictionaries({"name": st.sampled_from(["", "facts"]), "instances": st.integers(1, 5)})
    return st.one_of(
        st.fixed_dictionaries({"mode": st.just("internal"), "internal": internal}, optional=common),
        st.fixed_dictionaries({"mode": st.just("external"), "external": external}, optional=common),
        st.fixed_dictionaries({"mode": st.just("cloudnative-pg"), "cloudnativePg": cluster}, optional=common),
    )


def _redis() -> st.SearchStrategy[Values]:
    external = {"addresses": st.just(["r1.example:26379", "r2.example:26379"]), "service": st.just("main"), "networks": _NETWORKS}
    inside = {"mode": st.just("internal"), "internal": st.fixed_dictionaries({"maxMemory": st.just("2gb"), **_PLACES})}
    outside = {"mode": st.sampled_from(["external", "sentinel"]), "external": st.fixed_dictionaries(external, optional={"tls": st.booleans()})}
    shards = {"frameShards": st.integers(8, 16), "caSecret": st.sampled_from(["", "redis-ca"])}
    return st.one_of(st.fixed_dictionaries({**inside, **shards}), st.fixed_dictionaries({**outside, **shards}))


def _triton() -> st.SearchStrategy[Values]:
    external = st.fixed_dictionaries({"address": st.just("triton.example:8001"), "networks": _NETWORKS})
    return st.one_of(
        st.fixed_dictionaries({"mode": st.just("cpu"), "replicas": st.integers(1, 4), "resources": _RESOURCES, **_PLACES}),
        st.fixed_dictionaries({"mode": st.just("gpu"), "runtimeClassName": st.sampled_from(["", "nvidia"]), **_PLACES}),
        st.fixed_dictionaries({"mode": st.just("external"), "external": external}),
    )


def _models() -> st.SearchStrategy[Values]:
    pulled = {"pull": st.just(["rtmdet-nano"]), "mirror": st.fixed_dictionaries({}, optional={"volume": _CLAIM})}
    return st.one_of(
        st.just({}),
        st.fixed_dictionaries(pulled),
        st.fixed_dictionaries({"folder": st.fixed_dictionaries({"volume": _CLAIM})}),
        st.just({"engine": "openvino", "precision": "bf16"}),
    )


def _blobs() -> st.SearchStrategy[Values]:
    bucket = {"bucket": st.just("crops"), "networks": _NETWORKS, "caSecret": st.sampled_from(["", "s3-ca"])}
    return st.one_of(
        st.fixed_dictionaries({"mode": st.just("volume"), "volume": st.fixed_dictionaries({"existingClaim": st.sampled_from(["", "mine"])})}),
        st.fixed_dictionaries({"mode": st.just("s3"), "s3": st.fixed_dictionaries(bucket)}),
    )


def _front() -> st.SearchStrategy[Values]:
    ingress = st.fixed_dictionaries({"enabled": st.booleans(), "className": st.sampled_from(["nginx", "traefik"])})
    gateway = st.fixed_dictionaries({"enabled": st.booleans(), "parentRefs": st.just([{"name": "g"}]), "authority": st.just("ca")})
    tls = st.sampled_from([{}, {"secret": "front"}, {"secret": "front", "issuer": {"name": "ours", "kind": "Issuer"}}])
    return st.fixed_dictionaries({"host": st.just("haetae.example"), "ingress": ingress, "gateway": gateway, "tls": tls})


def _scaled() -> dict[str, st.SearchStrategy[Values]]:
    scaling = st.fixed_dictionaries({"enabled": st.booleans(), "min": st.integers(1, 3), "max": st.integers(3, 8)})
    return {name: st.fixed_dictionaries({"autoscaling": scaling, "replicas": st.integers(0, 4)}) for name in SCALED}


def _tls() -> st.SearchStrategy[Values]:
    return st.sampled_from(
        [
            {},
            {"internal": {"enabled": True, "existingSecret": "tls"}},
            {"internal": {"enabled": True, "issuer": {"name": "ours", "kind": "ClusterIssuer"}}},
        ]
    )


VALUES: st.SearchStrategy[Values] = st.fixed_dictionaries(
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
        "image": st.fixed_dictionaries({"registry": st.just("mirror.example/x"), "pullSecrets": st.just(["pull"])}),
        "networkPolicy": st.fixed_dictionaries({"enabled": st.booleans()}),
        "sources": st.fixed_dictionaries(
            {"privateNetworks": _NETWORKS, "public": st.booleans(), "recordings": st.fixed_dictionaries({"volume": _CLAIM})}
        ),
        "webhooks": st.fixed_dictionaries({"public": st.booleans(), "ports": st.just([443, 8443])}),
        "milvus": st.just({"enabled": True, "uri": "http://milvus:19530", "networks": ["10.0.0.0/8"]}),
        "backup": st.fixed_dictionaries({"enabled": st.booleans(), "drill": st.fixed_dictionaries({"enabled": st.booleans()})}),
        "secrets": st.fixed_dictionaries({"reloader": st.booleans(), "external": st.just({"enabled": True, "store": {"name": "vault"}})}),
        "monitoring": st.fixed_dictionaries({"serviceMonitor": st.sampled_from(["auto", "always", "never"]), "dashboard": st.booleans()}),
        "autoscaling": st.fixed_dictionaries({"keda": st.sampled_from(["auto", "always", "never"])}),
        "test": st.fixed_dictionaries({"enabled": st.booleans()}),
    },
)
