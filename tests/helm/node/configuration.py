"""The configuration files of a node's programs. JSON, where a program reads YAML: the one is a part of the other."""

from __future__ import annotations

import json
from typing import Any

from tests.helm.node.layout import CGROUP, DNS_ADDRESS, PODS, SERVICES, Layout

CNI_PROGRAMS = "/usr/lib/cni"


def write_configuration(layout: Layout) -> None:
    """containerd's, the kubelet's, kube-proxy's and the pods' network."""
    run = layout.run
    (run / "containerd.toml").write_text(_containerd(layout), encoding="utf-8")
    (run / "kubelet.json").write_text(json.dumps(_kubelet(layout)), encoding="utf-8")
    (run / "kube-proxy.json").write_text(json.dumps(_kube_proxy(layout)), encoding="utf-8")
    (run / "resolv.conf").write_text("", encoding="utf-8")  # pods ask the cluster's DNS and nobody beyond it
    network = run / "cni"
    network.mkdir()
    (network / "10-pods.conflist").write_text(json.dumps(_network(layout)), encoding="utf-8")


def _containerd(layout: Layout) -> str:
    """For containerd 1.6, as Debian 12 has it."""
    refused = [f"io.containerd.snapshotter.v1.{one}" for one in ("btrfs", "devmapper", "zfs", "aufs")]
    return f"""version = 2
root = "{layout.data}/containerd"
state = "{layout.run}/containerd"
disabled_plugins = {json.dumps(refused)}
[grpc]
  address = "{layout.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true # the machine may forbid lower scores than its own
  disable_hugetlb_controller = true
  enable_unprivileged_ports = true # DNS listens on 53, where policies expect it
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PROGRAMS}"
    conf_dir = "{layout.run}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""


def _kubelet(layout: Layout) -> dict[str, Any]:
    run = layout.run
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,  # a machine with the old hierarchy is good enough
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{CGROUP}",
        "enforceNodeAllocatable": ["pods"],
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "maxOpenFiles": 20000,
        "maxPods": 60,
        "clusterDNS": [DNS_ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": str(run / "resolv.conf"),
        "containerRuntimeEndpoint": f"unix://{layout.socket}",
        "podLogsDir": "/var/log/pods",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(run / "keys" / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "evictionHard": {
            "memory.available": "200Mi",
            "nodefs.available": "1Gi",
            "imagefs.available": "1Gi",
            "nodefs.inodesFree": "1%",
        },
        "imageGCHighThresholdPercent": 100,  # images come from archives: one that is removed would not come back
        "volumePluginDir": str(layout.data / "plugins"),
    }


def _kube_proxy(layout: Layout) -> dict[str, Any]:
    untouched = {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"}
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": PODS,
        "clientConnection": {"kubeconfig": str(layout.run / "proxy.kubeconfig")},
        "oomScoreAdj": 0,
        "conntrack": untouched,  # these are settings of the whole machine
    }


def _network(layout: Layout) -> dict[str, Any]:
    bridge = {
        "type": "bridge",
        "bridge": "pods0",
        "isGateway": True,
        "hairpinMode": True,
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            "dataDir": str(layout.run / "addresses"),
            "ranges": [[{"subnet": PODS.replace("/16", "/24")}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, ports]}


def kubernetes_arguments(layout: Layout, address: str, accounts: tuple[str, str]) -> dict[str, list[str]]:
    """By program of the control plane: its arguments. `accounts`: the keys, private and public, of service accounts' tokens."""
    keys = layout.run / "keys"
    private, public = accounts
    return {
        "etcd": [f"--data-dir={layout.data / 'etcd'}", "--unsafe-no-fsync", "--log-level=warn"],
        "kube-apiserver": [
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={address}",
            "--bind-address=0.0.0.0",
            "--secure-port=6443",
            f"--tls-cert-file={keys / 'apiserver.crt'}",
            f"--tls-private-key-file={keys / 'apiserver.key'}",
            f"--client-ca-file={keys / 'ca.crt'}",
            f"--kubelet-client-certificate={keys / 'admin.crt'}",
            f"--kubelet-client-key={keys / 'admin.key'}",
            "--kubelet-preferred-address-types=InternalIP",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}",
            f"--service-account-signing-key-file={private}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--service-cluster-ip-range={SERVICES}",
            "--allow-privileged=true",
        ],
        "kube-controller-manager": [
            f"--kubeconfig={layout.kubeconfig}",
            f"--root-ca-file={keys / 'ca.crt'}",
            f"--service-account-private-key-file={private}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            "--enable-hostpath-provisioner",  # makes the volumes that claims ask for, as folders
        ],
        "kube-scheduler": [f"--kubeconfig={layout.kubeconfig}", "--leader-elect=false", "--bind-address=127.0.0.1"],
    }
