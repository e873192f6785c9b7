"""Brings a node up and takes it down: `python -m tests.helm.node.up`, `python -m tests.helm.node.up --down`. Needs root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.helm.binaries.programs import missing, path_of
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node import layout as addresses
from tests.helm.node.base_objects import BASE_OBJECTS
from tests.helm.node.cgroups import make_cgroup, remove_cgroup
from tests.helm.node.configuration import kubernetes_arguments, write_configuration
from tests.helm.node.keys import Authority, write_account_keys
from tests.helm.node.layout import Layout

_INIT = Path(__file__).with_name("init.sh")
_NAMESPACES = ("--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc")


def up(layout: Layout, say: Callable[[str], None]) -> Cluster:
    """A fresh node that is ready, with DNS. Raises AssertionError with what is missing or not ready in time."""
    assert os.geteuid() == 0, "a node needs root"
    assert not missing(node=True), f"not built, see tests/helm/binaries: {missing(node=True)}"
    absent = [one for one in ("pause", "coredns") if not (layout.images / f"{one}.tar").is_file()]
    assert not absent, f"no archives of {absent} in {layout.images}: tests/helm/node/archives"
    down(layout)
    for folder in (layout.run, layout.data):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    _write(layout)
    make_cgroup()
    say("configuration is written")
    inside = _start(layout)
    (layout.run / "inside").write_text(str(inside), encoding="ascii")
    _connect(inside)
    cluster = Cluster(layout.kubeconfig)
    _until(lambda: cluster.try_kubectl("get", "--raw", "/readyz").code == 0, "the API server", within_s=90)
    say("the API server is ready")
    cluster.apply(*BASE_OBJECTS)
    _until(lambda: cluster.try_kubectl("get", "node", addresses.NAME).code == 0, "the kubelet's registration", within_s=90)
    cluster.kubectl("wait", "--for=condition=Ready", f"node/{addresses.NAME}", "--timeout=90s")
    say("the node is ready")
    cluster.kubectl("rollout", "status", "deployment/coredns", "--namespace=kube-system", "--timeout=90s")
    say("DNS is ready")
    return cluster


def down(layout: Layout) -> None:
    """Ends the node, if one runs: its process 1, and with it all the others; then what of it is in the machine."""
    file = layout.run / "process"
    if file.is_file():
        with suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGKILL)  # --kill-child ends process 1 of the namespaces too
        time.sleep(1)
        file.unlink()
    subprocess.run(["ip", "link", "delete", addresses.LINK_OUTSIDE], capture_output=True, check=False)
    remove_cgroup()


def _write(layout: Layout) -> None:
    keys = layout.run / "keys"
    authority = Authority(keys)
    server = f"https://{addresses.NODE_ADDRESS}:6443"
    service = "kubernetes.default.svc"
    names = (
        addresses.NODE_ADDRESS,
        addresses.API_SERVICE_ADDRESS,
        "127.0.0.1",
        "kubernetes",
        "kubernetes.default",
        service,
        f"{service}.cluster.local",
    )
    authority.sign("apiserver", "kube-apiserver", addresses=names)
    authority.kubeconfig(layout.kubeconfig, server, "admin", group="system:masters")
    authority.kubeconfig(layout.run / "kubelet.kubeconfig", server, f"system:node:{addresses.NAME}", group="system:nodes")
    authority.kubeconfig(layout.run / "proxy.kubeconfig", server, "system:kube-proxy")
    authority.sign("admin", "admin", group="system:masters")
    private, public = write_account_keys(keys)
    write_configuration(layout)
    arguments = kubernetes_arguments(layout, addresses.NODE_ADDRESS, (str(private), str(public)))
    arguments["kubelet"] = [
        f"--config={layout.run / 'kubelet.json'}",
        f"--kubeconfig={layout.run / 'kubelet.kubeconfig'}",
        f"--hostname-override={addresses.NAME}",
        f"--node-ip={addresses.NODE_ADDRESS}",
        f"--root-dir={layout.data / 'kubelet'}",
    ]
    arguments["kube-proxy"] = [f"--config={layout.run / 'kube-proxy.json'}", f"--hostname-override={addresses.NAME}"]
    for program, its in arguments.items():
        (layout.run / f"{program}.arguments").write_text("".join(f"{one}\n" for one in its), encoding="utf-8")
    (layout.run / "names.sh").write_text(
        f"NODE={addresses.NAME} ADDRESS={addresses.NODE_ADDRESS} LINK={addresses.LINK_INSIDE} SERVICES={addresses.SERVICES}\n",
        encoding="utf-8",
    )


def _start(layout: Layout) -> int:
    """The id of process 1 of the node, as this machine sees it."""
    with (layout.run / "init.log").open("wb") as log:
        outer = subprocess.Popen(
            ["nice", "-n", "5", "unshare", *_NAMESPACES, str(_INIT), str(layout.folder), str(path_of("kubectl").parent)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (layout.run / "process").write_text(str(outer.pid), encoding="ascii")
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    _until(lambda: bool(children.read_text().split()), "the node's process 1", within_s=10)
    inner = int(children.read_text().split()[0])
    here = Path("/proc/self/ns/net").readlink()
    _until(lambda: Path(f"/proc/{inner}/ns/net").readlink() != here, "the node's network", within_s=10)
    return inner


def _connect(process: int) -> None:
    """A cable between the machine and the node; pods and services are reached over it, and answers stay on the machine."""
    outside, inside = addresses.LINK_OUTSIDE, addresses.LINK_INSIDE
    for command in (
        ["link", "add", outside, "type", "veth", "peer", "name", inside, "netns", str(process)],
        ["address", "add", f"{addresses.MACHINE_ADDRESS}/30", "dev", outside],
        ["link", "set", outside, "up"],
        ["route", "add", addresses.PODS, "via", addresses.NODE_ADDRESS],
        ["route", "add", addresses.SERVICES, "via", addresses.NODE_ADDRESS],
    ):
        subprocess.run(["ip", *command], check=True, timeout=10)


def _until(holds: Callable[[], bool], what: str, *, within_s: float) -> None:
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not there within {within_s:.0f} s: {what}"
        time.sleep(0.2)


def main() -> None:
    """Up, or down."""
    parser = ArgumentParser(prog="python -m tests.helm.node.up", description="A Kubernetes node that really runs containers.")
    parser.add_argument("--down", action="store_true", help="end the node that runs")
    layout, begun = Layout.default(), time.monotonic()
    if parser.parse_args().down:
        down(layout)
        return
    up(layout, lambda what: print(f"[{time.monotonic() - begun:5.1f} s] {what}", file=sys.stderr, flush=True))  # noqa: T201
    sys.stdout.write(f"{layout.kubeconfig}\n")


if __name__ == "__main__":
    main()
