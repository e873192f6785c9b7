"""Pixels: crops, letterboxes, JPEG, photos, quality, motion, colours. Arrays in, arrays or facts out; no files, no network."""
