"""The tables of the city's paper, measured again: each by one command, into one page with plots."""
