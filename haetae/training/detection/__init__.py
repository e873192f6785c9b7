"""The person detector: its network, how boxes are assigned to it, what it learns from, and its recipe."""
