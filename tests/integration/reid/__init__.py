"""Integration tests of services/reid: real Redis, PostgreSQL and networks."""
