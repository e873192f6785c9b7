"""Drawing people and places without a GPU: views, light, ray-cast backgrounds, a rasteriser for dressed people, sprites."""
