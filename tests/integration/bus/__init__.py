"""The bus on a real Redis."""
