"""Detect: frames in, tracklets out."""
