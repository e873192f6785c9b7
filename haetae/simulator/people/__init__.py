"""People of the city: who they are, what they wear, how they move, as meshes that can be drawn."""
