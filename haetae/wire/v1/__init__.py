"""Generated from proto/haetae/wire/v1 by proto/generate: not to be edited."""
