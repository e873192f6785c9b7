"""Unit tests: no I/O; the tree mirrors the code."""
