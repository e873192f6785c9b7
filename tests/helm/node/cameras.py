"""A piece of the simulated city, served as RTSP cameras by a pod of its own in a namespace of its own."""

from __future__ import annotations

from pathlib import Path

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node.installation import SERVICE_IMAGE

NAMESPACE, PORT = "cameras", 8554


def serve_films(cluster: Cluster, films: Path, began_at: float) -> str:
    """Starts the pod and waits until it serves; its host:port inside the cluster. `began_at`: Unix seconds, of all films."""
    words = [
        "haetae.simulator",
        "--clips=/films",
        "--host=0.0.0.0",
        f"--port={PORT}",
        "--cache=/tmp/clips",
        f"--began-at={began_at}",
    ]
    container = {
        "name": "cameras",
        "image": SERVICE_IMAGE,
        "imagePullPolicy": "Never",
        "args": words,
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "30m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
        "volumeMounts": [{"name": "films", "mountPath": "/films", "readOnly": True}],
    }
    labels = {"app": "cameras"}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "cameras", "namespace": NAMESPACE, "labels": labels},
            "spec": {"containers": [container], "volumes": [{"name": "films", "hostPath": {"path": str(films)}}]},
        },
    )
    cluster.kubectl("wait", "--for=condition=Ready", "pod/cameras", f"--namespace={NAMESPACE}", "--timeout=180s")
    (pod,) = cluster.objects("pods", NAMESPACE, selector="app=cameras")
    return f"{pod['status']['podIP']}:{PORT}"  # not a Service's address, which is in no network of cameras


_KNOCK = """
import socket, sys
for address in sys.argv[1:]:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 3).close()
        print(address)
    except OSError:
        pass
"""


def reached(cluster: Cluster, *addresses: str) -> list[str]:
    """Which of these (host:port) accept a connection from the cameras' pod, which nothing of the chart has let in."""
    said = cluster.kubectl("exec", f"--namespace={NAMESPACE}", "cameras", "--", "python", "-c", _KNOCK, *addresses)
    return said.split()
