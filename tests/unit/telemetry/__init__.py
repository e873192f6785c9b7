"""Unit tests of haetae.telemetry."""
