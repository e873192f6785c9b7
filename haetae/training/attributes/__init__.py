"""What people look like in words: network, losses for unbalanced labels, recipe."""
