"""The chart on a control plane: everything of Kubernetes is real but the nodes, which only say what a kubelet would say."""
