"""Unit tests of haetae.http."""
