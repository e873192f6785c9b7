"""The way of one person of an answer: as JSON, on a map, in a spreadsheet."""
