"""Cameras: where pictures come from."""
