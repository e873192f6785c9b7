"""What others rely on: bytes, documents, formats."""
