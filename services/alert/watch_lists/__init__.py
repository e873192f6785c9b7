"""/v1/watch-lists."""
