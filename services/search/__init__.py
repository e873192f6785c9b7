"""The search service: photos and attributes in, people with their ways over the cameras out."""
