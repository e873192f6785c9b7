"""KEDA's operator with its server of metrics, and cert-manager's controllers, as processes of this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from haetae.embedded.child import running
from haetae.embedded.ports import LOOPBACK, any_free, choose
from tests.helm.binaries.programs import folder as kubernetes_folder
from tests.helm.cluster.kubernetes import Cluster, Object
from tests.helm.cluster.server import Server
from tests.helm.operators.programs import path_of
from tests.kit.certificates import Authority

READY_WITHIN_S = 90.0
NAMESPACE = "keda"
METRICS = "v1beta1.external.metrics.k8s.io"


def front_proxy(folder: Path) -> list[str]:
    """What an API server is told so that it hands requests on to another, and is believed who it says that they come from."""
    authority = Authority(folder / "front-proxy")
    certificate, key = authority.issue(folder / "front-proxy-client")
    return [
        f"--requestheader-client-ca-file={authority.certificate}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={certificate}",
        f"--proxy-client-key-file={key}",
    ]


def bring_kinds(cluster: Cluster, software: str) -> None:
    """All kinds that the software defines, served from now on."""
    files = sorted((kubernetes_folder() / "kinds" / software).rglob("*.yaml"))
    given = [f"--filename={file}" for file in files]
    cluster.kubectl("apply", "--server-side", *given)
    cluster.kubectl("wait", "--for=condition=Established", *given, "--timeout=60s")


@contextmanager
def cert_manager(cluster: Cluster, folder: Path) -> Iterator[None]:
    """cert-manager's controllers run for as long as the block lasts; their log is in `folder`."""
    bring_kinds(cluster, "cert-manager")
    port = choose(any_free(), set())
    arguments = [f"--kubeconfig={cluster.kubeconfig}", f"--listen={LOOPBACK}:{port}"]
    server = Server(path_of("cert-manager-controllers"), arguments, port, health="http /", folder=folder)
    with running(server, folder / "cert-manager.log", within_s=READY_WITHIN_S):
        yield


@contextmanager
def keda(cluster: Cluster, folder: Path) -> Iterator[None]:
    """KEDA runs, and the API server asks it for metrics, for as long as the block lasts; its logs are in `folder`."""
    bring_kinds(cluster, "keda")
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    taken: set[int] = set()
    ready, numbers, asked, metrics, more = (choose(any_free(), taken) for _ in range(5))
    certificates = _certificates(folder / "certificates")
    its_own = dict.fromkeys(("POD_NAMESPACE", "KEDA_CLUSTER_OBJECT_NAMESPACE"), NAMESPACE)
    env = {**its_own, "WATCH_NAMESPACE": "", "KUBECONFIG": str(cluster.kubeconfig)}
    operator = Server(
        path_of("keda-operator"),
        [
            f"--health-probe-bind-address={LOOPBACK}:{ready}",
            f"--metrics-bind-address={LOOPBACK}:{numbers}",
            f"--metrics-service-bind-address={LOOPBACK}:{asked}",
            f"--cert-dir={certificates}",
        ],
        ready,
        health="http /readyz",
        folder=folder,
        env=env,
    )
    adapter = Server(
        path_of("keda-metrics-apiserver"),
        [
            *(f"--{what}kubeconfig={cluster.kubeconfig}" for what in ("lister-", "authentication-", "authorization-")),
            f"--bind-address={LOOPBACK}",
            f"--secure-port={metrics}",
            f"--port={more}",  # its own numbers, which nobody asks for: the one port that cannot be kept on loopback
            f"--cert-dir={certificates}",
            f"--tls-cert-file={certificates / 'tls.crt'}",
            f"--tls-private-key-file={certificates / 'tls.key'}",
            f"--metrics-service-address=localhost:{asked}",
        ],
        metrics,
        health="https /readyz",
        folder=folder,
        env=env,
    )
    with ExitStack() as servers:
        for server in (operator, adapter):
            servers.enter_context(running(server, folder / f"{server.name}.log", within_s=READY_WITHIN_S))
        cluster.apply(*_metrics_from(metrics))
        cluster.kubectl("wait", "--for=condition=Available", f"apiservice/{METRICS}", "--timeout=60s")
        yield


def _certificates(folder: Path) -> Path:
    """The files by which the operator and its server of metrics know each other."""
    authority = Authority(folder / "authority")
    certificate, key = authority.issue(folder)
    for source, name in ((authority.certificate, "ca.crt"), (certificate, "tls.crt"), (key, "tls.key")):
        shutil.copyfile(source, folder / name)
    return folder


def _metrics_from(port: int) -> tuple[Object, Object]:
    """Loopback is no address of an endpoint, but a name can stand for a service."""
    service = {"name": "keda-metrics-apiserver", "namespace": NAMESPACE}
    group, version = "external.metrics.k8s.io", "v1beta1"
    served: Object = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": METRICS},
        "spec": {"service": {**service, "port": port}, "group": group, "version": version, "insecureSkipTLSVerify": True}
        | {"groupPriorityMinimum": 100, "versionPriority": 100},
    }
    stands_for: Object = {"type": "ExternalName", "externalName": "localhost"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": service, "spec": stands_for}, served
