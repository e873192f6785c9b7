"""A control plane: etcd, the API server, the controller manager, the scheduler, and kwok, which plays the nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from haetae.embedded.child import running
from haetae.embedded.ports import LOOPBACK, any_free, choose
from tests.helm.binaries.programs import path_of
from tests.helm.cluster.credentials import Credentials
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.server import Server
from tests.helm.cluster.stages import NODES, STORAGE_CLASS, write_stages

READY_WITHIN_S = 120.0


def _etcd(folder: Path, client: int, peer: int) -> Server:
    where = f"http://{LOOPBACK}:{client}"
    arguments = [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={where}",
        f"--advertise-client-urls={where}",
        f"--listen-peer-urls=http://{LOOPBACK}:{peer}",
        f"--initial-advertise-peer-urls=http://{LOOPBACK}:{peer}",
        f"--initial-cluster=default=http://{LOOPBACK}:{peer}",
        "--unsafe-no-fsync",  # nobody asks for this data once the tests are over
        "--log-level=warn",
    ]
    return Server(path_of("etcd"), arguments, client, health="http /health", folder=folder)


def _api_server(folder: Path, port: int, etcd: int, who: Credentials, told: Sequence[str]) -> Server:
    arguments = [
        f"--etcd-servers=http://{LOOPBACK}:{etcd}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",
        "--endpoint-reconciler-type=none",  # no service may point at loopback, and nothing runs that would ask
        f"--secure-port={port}",
        f"--tls-cert-file={who.certificate}",
        f"--tls-private-key-file={who.key}",
        f"--token-auth-file={who.tokens}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={who.account_public_key}",
        f"--service-account-signing-key-file={who.account_key}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true",  # so that only a namespace's own rules refuse such pods
        *told,
    ]
    return Server(path_of("kube-apiserver"), arguments, port, health="https /readyz", folder=folder)


def _controller_manager(folder: Path, port: int, who: Credentials) -> Server:
    arguments = [
        f"--kubeconfig={who.kubeconfig}",
        f"--service-account-private-key-file={who.account_key}",
        f"--root-ca-file={who.certificate}",
        "--use-service-account-credentials=false",
        "--leader-elect=false",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
    ]
    return Server(path_of("kube-controller-manager"), arguments, port, health="https /healthz", folder=folder)


def _scheduler(folder: Path, port: int, who: Credentials) -> Server:
    arguments = [f"--kubeconfig={who.kubeconfig}", "--leader-elect=false", f"--bind-address={LOOPBACK}", f"--secure-port={port}"]
    return Server(path_of("kube-scheduler"), arguments, port, health="https /healthz", folder=folder)


def _kwok(folder: Path, port: int, who: Credentials) -> Server:
    arguments = [
        f"--kubeconfig={who.kubeconfig}",
        "--manage-all-nodes=true",
        "--cidr=10.244.0.0/16",
        "--node-ip=10.0.0.1",
        f"--server-address={LOOPBACK}:{port}",
        *(f"--config={file}" for file in write_stages(folder / "stages")),
    ]
    return Server(path_of("kwok"), arguments, port, health="http /healthz", folder=folder)


@contextmanager
def control_plane(folder: Path, told: Sequence[str] = ()) -> Iterator[Cluster]:
    """A cluster with three ready nodes, for as long as the block lasts; its servers' logs are in `folder`.

    `told`: further options of the API server.
    """
    taken: set[int] = set()
    etcd, peer, api, controllers, scheduler, nodes = (choose(any_free(), taken) for _ in range(6))
    who = Credentials(folder / "credentials", api)
    cluster = Cluster(who.kubeconfig)
    with ExitStack() as servers:
        for server in (
            _etcd(folder, etcd, peer),
            _api_server(folder, api, etcd, who, told),
            _controller_manager(folder, controllers, who),
            _scheduler(folder, scheduler, who),
            _kwok(folder, nodes, who),
        ):
            servers.enter_context(running(server, folder / f"{server.name}.log", within_s=READY_WITHIN_S))
        cluster.apply(*NODES, STORAGE_CLASS)
        cluster.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")
        yield cluster
