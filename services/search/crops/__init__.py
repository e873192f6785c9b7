"""Crops: the pictures of people, for those who may see them."""
