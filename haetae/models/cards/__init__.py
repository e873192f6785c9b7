"""Model cards, one Markdown file a network of the catalogue."""
