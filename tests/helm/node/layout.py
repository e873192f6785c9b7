"""Where a node under test keeps its files, and which addresses it has. One node at a time on one machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

NAME = "haetae-node"
NODE_ADDRESS = "10.222.0.2"
MACHINE_ADDRESS = "10.222.0.1"
PODS = "10.244.0.0/16"
SERVICES = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_ADDRESS = "10.96.0.10"
LINK_OUTSIDE, LINK_INSIDE = "haetae-out", "haetae-in"
CGROUP = "haetae-node"


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything below one folder, `HAETAE_NODE` or /var/tmp/haetae-node."""

    folder: Path

    @classmethod
    def default(cls) -> Layout:
        """The layout that the commands use."""
        return cls(Path(os.environ.get("HAETAE_NODE") or "/var/tmp/haetae-node").resolve())

    @property
    def run(self) -> Path:
        """Configuration, keys, sockets and logs of the node that runs now; made anew at each start."""
        return self.folder / "run"

    @property
    def data(self) -> Path:
        """What containerd, the kubelet and the volumes hold; made anew at each start."""
        return self.folder / "var"

    @property
    def images(self) -> Path:
        """Archives of images, one each; kept between starts."""
        return self.folder / "images"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.run / "admin.kubeconfig"

    @property
    def socket(self) -> Path:
        """containerd's."""
        return self.run / "containerd.sock"
