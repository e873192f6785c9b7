"""Unit tests of haetae.bus."""
