"""The chart on a real node: kubelet, containerd and runc in namespaces of their own, beside a control plane; needs root."""
