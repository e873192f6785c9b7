"""What leaves a process: spans to a collector."""
