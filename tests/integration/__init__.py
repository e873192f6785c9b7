"""Integration tests: real Redis, PostgreSQL and networks."""
