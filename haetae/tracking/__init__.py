"""Detections become tracklets: who is who from frame to frame, and which crops stand for them. Pure, in capture time."""
