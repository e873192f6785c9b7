"""What networks' answers are worth, measured on drawn people whom no recipe learns from."""
