"""Ingest: reads cameras and recordings, and publishes the frames that are worth looking at."""
