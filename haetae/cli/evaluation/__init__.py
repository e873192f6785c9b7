"""The parts of `haetae evaluate`."""
