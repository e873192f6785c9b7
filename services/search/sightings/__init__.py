"""Sightings: what the cameras saw."""
