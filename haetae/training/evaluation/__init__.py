"""How good a network is: the public definitions, each in a file of its own; arrays in, figures out."""
