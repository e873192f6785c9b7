"""The programs of a Kubernetes under test: which, from which sources, where they lie, and how they are built."""
