"""Re-identification: tracklets in, sightings with embedding and attributes out."""
