"""The five services, strangers to each other: ingest, detect, reid, alert, search."""
