"""Pixels by reference: what is too large for a table is kept under a key."""
