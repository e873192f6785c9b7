"""The `haetae` command: one file a verb."""
