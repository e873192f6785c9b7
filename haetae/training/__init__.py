"""Trains, distils, evaluates and exports networks. The only room that imports torch."""
