"""Unit tests of services/reid."""
