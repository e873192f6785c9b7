"""/v1/alerts."""
