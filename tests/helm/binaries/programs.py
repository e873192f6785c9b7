"""Which programs a Kubernetes under test needs, and the folder where they lie once `tests.helm.binaries.build` has run.

The sources are Go modules, pinned by the go.mod and go.sum of the folders beside this file. The folder's name holds a hash of
those and of what is below, so programs of other versions are never taken for these.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
KUBERNETES_VERSION = "1.36.3"
HELM_VERSION = "3.22.0"

_COMPONENT = "k8s.io/component-base/version"
_MAJOR, _MINOR, _ = KUBERNETES_VERSION.split(".")
# Without these a server calls itself v0.0.0, and every chart that names the versions it supports refuses to be installed.
_KUBERNETES_SAYS = {
    f"{_COMPONENT}.gitVersion": f"v{KUBERNETES_VERSION}",
    f"{_COMPONENT}.gitMajor": _MAJOR,
    f"{_COMPONENT}.gitMinor": _MINOR,
}
# The versions that helm takes for a cluster's where it asks none (template, lint): those of its own libraries.
_HELM_SAYS = {
    "helm.sh/helm/v3/internal/version.version": f"v{HELM_VERSION}",
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": "37",
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor": "1",
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor": "37",
}


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its file's name, the folder of its module, its package, and the variables that are set while linking."""

    name: str
    module: str
    package: str
    says: tuple[tuple[str, str], ...] = ()
    of_node: bool = False  # only a node that really runs containers needs it


def _of_kubernetes(name: str, *, of_node: bool = False) -> Program:
    return Program(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", tuple(_KUBERNETES_SAYS.items()), of_node)


PROGRAMS = (
    Program("helm", "helm", "helm.sh/helm/v3/cmd/helm", tuple(_HELM_SAYS.items())),
    Program("etcd", "kubernetes", "go.etcd.io/etcd/server/v3"),
    _of_kubernetes("kube-apiserver"),
    _of_kubernetes("kube-controller-manager"),
    _of_kubernetes("kube-scheduler"),
    _of_kubernetes("kubectl"),
    Program("kwok", "kubernetes", "sigs.k8s.io/kwok/cmd/kwok"),
    _of_kubernetes("kubelet", of_node=True),
    _of_kubernetes("kube-proxy", of_node=True),
    Program("coredns", "coredns", ".", of_node=True),
    Program("pause", "pause", ".", of_node=True),
)


@dataclass(frozen=True, slots=True)
class Files:
    """YAML files that are taken out of a module: `folders` of it, copied to the folder `into`."""

    module: str
    path: str
    folders: tuple[str, ...]
    into: str


_STAGES = tuple(f"kustomize/stage/{of}" for of in ("node/fast", "node/heartbeat", "pod/fast", "volume/fast"))
_OPERATOR = "github.com/prometheus-operator/prometheus-operator"
FILES = (
    Files("kubernetes", "sigs.k8s.io/kwok", _STAGES, "stages"),
    Files("kinds", "github.com/kedacore/keda/v2", ("config/crd/bases",), "kinds/keda"),
    Files("kinds", "github.com/cert-manager/cert-manager", ("deploy/crds",), "kinds/cert-manager"),
    Files("kinds", _OPERATOR, ("example/prometheus-operator-crd",), "kinds/prometheus"),
    Files("kinds", "sigs.k8s.io/gateway-api", ("config/crd/standard",), "kinds/gateway-api"),
)


@cache
def folder() -> Path:
    """Where the programs lie: below `HAETAE_KUBERNETES`, by default the user's cache, in a folder named after the sources."""
    digest = hashlib.sha256(repr((PROGRAMS, FILES)).encode())
    for file in sorted(file for pattern in ("*/go.*", "*/*.go") for file in HERE.glob(pattern)):
        digest.update(file.relative_to(HERE).as_posix().encode() + b"\0" + file.read_bytes())
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parent = Path(os.environ.get("HAETAE_KUBERNETES") or cache_home / "haetae" / "kubernetes")
    return parent / digest.hexdigest()[:16]


def path_of(program: str) -> Path:
    """The file of that program, whether it is there or not."""
    return folder() / "bin" / program


def missing(*, node: bool = False) -> list[str]:
    """What has to be built or fetched still; `node`: what runs containers too."""
    programs = [p.name for p in PROGRAMS if (node or not p.of_node) and not path_of(p.name).is_file()]
    return programs + [f.into for f in FILES if not (folder() / f.into).is_dir()]
