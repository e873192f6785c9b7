"""Recordings: files that are read once for a camera."""
