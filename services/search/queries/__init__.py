"""Queries: asked once, kept with their answer."""
