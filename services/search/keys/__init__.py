"""The resource /v1/keys."""
