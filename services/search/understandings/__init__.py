"""Understandings: sentences of operators, read as queries."""
