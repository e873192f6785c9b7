"""What a process tells about itself: logs, metrics, tallies and health."""
