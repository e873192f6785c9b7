"""Clips as live cameras: an RTSP server for demonstrations, benchmarks and tests of faults."""
