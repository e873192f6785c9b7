"""The alert service on a real Redis and PostgreSQL."""
