"""The Helm chart, proven: rendered, installed on a control plane, run on a node."""
