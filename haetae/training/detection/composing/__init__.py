"""Frames to learn from, put together from drawn people, drawn things, drawn and real places, and real frames."""
