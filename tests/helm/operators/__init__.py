"""The chart with KEDA and cert-manager themselves, on a control plane whose nodes are played."""
