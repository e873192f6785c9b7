"""A Service's port on this machine, by `kubectl port-forward`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.helm.binaries.programs import path_of
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node.installation import NAMESPACE


@contextmanager
def forwarded(cluster: Cluster, service: str, port: int) -> Iterator[int]:
    """The port of this machine's loopback that leads there."""
    where = [f"--kubeconfig={cluster.kubeconfig}", f"--namespace={NAMESPACE}"]
    command = [str(path_of("kubectl")), *where, "port-forward", f"service/{service}", f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
        try:
            assert forwarding.stdout is not None
            said = forwarding.stdout.readline()  # Forwarding from 127.0.0.1:PORT -> 8081
            assert "127.0.0.1:" in said, said
            yield int(said.split()[2].rpartition(":")[2])
        finally:
            forwarding.terminate()
