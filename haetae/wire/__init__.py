"""Domain objects as bytes and back, one file per message; the format is proto/haetae/wire/v1."""
