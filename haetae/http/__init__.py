"""What every service says over HTTP: problems, health, metrics, callers and their roles, a server that stops gracefully."""
