"""Videos as live cameras: a small RTSP server with faults."""
