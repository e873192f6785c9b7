"""What a cluster on one node has before anybody installs anything: DNS, and a class of volumes."""

from __future__ import annotations

from typing import Any

from tests.helm.node.layout import DNS_ADDRESS

_COREFILE = """
.:53 {
    errors
    health :8080
    ready :8181
    kubernetes cluster.local in-addr.arpa {
        pods insecure
        ttl 5
    }
    cache 5
}
"""
_META = {"name": "coredns", "namespace": "kube-system"}
_LABELS = {"k8s-app": "kube-dns"}

_CONTAINER = {
    "name": "coredns",
    "image": "localhost/coredns:1",
    "args": ["-conf", "/etc/coredns/Corefile"],
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 65535,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    },
    "resources": {"requests": {"cpu": "20m", "memory": "30Mi"}, "limits": {"memory": "170Mi"}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
    "volumeMounts": [{"name": "configuration", "mountPath": "/etc/coredns"}],
}
_PODS = {
    "metadata": {"labels": _LABELS},
    "spec": {
        "serviceAccountName": "coredns",
        "containers": [_CONTAINER],
        "volumes": [{"name": "configuration", "configMap": {"name": "coredns"}}],
    },
}


def _role() -> tuple[dict[str, Any], dict[str, Any]]:
    """CoreDNS may look at services and at who stands behind them."""
    rules = [
        {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]
    kind, name = "rbac.authorization.k8s.io/v1", {"name": "coredns"}
    role = {"apiVersion": kind, "kind": "ClusterRole", "metadata": name, "rules": rules}
    binding = {
        "apiVersion": kind,
        "kind": "ClusterRoleBinding",
        "metadata": name,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "coredns"},
        "subjects": [{"kind": "ServiceAccount", **_META}],
    }
    return role, binding


BASE_OBJECTS: tuple[dict[str, Any], ...] = (
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _META},
    *_role(),
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _META, "data": {"Corefile": _COREFILE}},
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": "kube-system"},
        "spec": {
            "clusterIP": DNS_ADDRESS,
            "selector": _LABELS,
            "ports": [
                {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
                {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
            ],
        },
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _META,
        "spec": {"selector": {"matchLabels": _LABELS}, "template": _PODS},
    },
    {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "kubernetes.io/host-path",
    },
)
