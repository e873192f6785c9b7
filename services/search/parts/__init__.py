"""Which parts of a photo's person and of a candidate look alike."""
