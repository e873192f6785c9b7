"""Key points of one person in a square picture: the network, drawn and real examples, and how well it does."""
