"""Pictures from cameras and recordings: RTSP, RTP, files, USB devices; each frame with both its clocks."""
