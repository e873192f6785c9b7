"""Tests: unit (no I/O), contract, congruence, integration (real parts), e2e, house; what they share is in kit."""
