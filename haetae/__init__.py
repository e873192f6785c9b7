"""Haetae finds a missing person across a city's CCTV: the rooms, and the programs that compose them."""
