"""Unit tests of services.alert."""
