"""What can be set for detect: `HAETAE_DETECT__<FIELD>`."""

from __future__ import annotations

import socket

from pydantic import BaseModel, Field

from haetae.settings import Settings
from haetae.tracking.tracker import TrackerSettings


class DetectSection(BaseModel):
    """Address of health and metrics, how frames are taken, and when somebody is believed to be there."""

    host: str = "127.0.0.1"
    port: int = Field(default=8084, ge=0, le=65535)
    name: str = ""  # of this worker, the same after a restart, never two at once; empty means host and port
    batch: int = Field(default=8, ge=1, le=128)  # frames a time, over all cameras
    lease_ttl_s: float = Field(default=10.0, gt=0)
    max_frame_age_s: float = Field(default=30.0, gt=0)  # a live frame that waited longer is dropped; recordings wait
    fresh_frame_age_s: float = Field(default=2.0, gt=0)  # the same where more frames come than can be looked at
    min_score: float = Field(default=0.2, ge=0, le=1)  # detections below it are not seen at all
    sure_score: float = Field(default=0.4, ge=0, le=1)  # from here a detection may begin a track
    confirm_score: float = Field(default=0.5, ge=0, le=1)  # the best score of a tracklet must reach it
    max_gap_s: float = Field(default=3.0, gt=0)  # unseen for longer, a person's tracklet is closed
    recording_patience_s: float = Field(default=10.0, gt=0)  # no frame of a recording for so long: it is over
    update_every_s: float = Field(default=2.0, gt=0)  # an open tracklet is told of again so often, where its best shots changed

    @property
    def worker_name(self) -> str:
        """Under which frames are read and shards are held."""
        return self.name or f"detect-{socket.gethostname()}-{self.port}"

    def tracker(self) -> TrackerSettings:
        """The tracker's settings: those that may be set, and its own defaults for the rest."""
        return TrackerSettings(
            sure_score=self.sure_score,
            unsure_score=self.min_score,
            confirm_score=self.confirm_score,
            max_gap_s=self.max_gap_s,
        )


class DetectSettings(Settings):
    """All sections of the service."""

    detect: DetectSection = DetectSection()
