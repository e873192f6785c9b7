"""Unit tests of haetae.wire."""
