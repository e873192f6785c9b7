"""What can be set for reid: `HAETAE_REID__<FIELD>`."""

from __future__ import annotations

import socket

from pydantic import BaseModel, Field

from haetae.settings import Settings


class ReidSection(BaseModel):
    """Address of health and metrics, and how much is done at once."""

    host: str = "127.0.0.1"
    port: int = Field(default=8085, ge=0, le=65535)
    name: str = ""  # of this worker, the same after a restart, never two at once; empty means host and port
    batch: int = Field(default=16, ge=1, le=256)  # tracklets a time
    shots_per_tracklet: int = Field(default=4, ge=1, le=16)
    remembered_crops: int = Field(default=4096, ge=0)  # readings kept so that an update costs its new shots only
    reembed_every_s: float = Field(default=60.0, gt=0)  # how often rows of another model are looked for
    retention_days: int = Field(default=30, ge=1)
    retention_every_s: float = Field(default=3600.0, gt=0)

    @property
    def worker_name(self) -> str:
        """The consumer's and lease holder's name."""
        return self.name or f"reid-{socket.gethostname()}-{self.port}"


class ReidSettings(Settings):
    """All sections of the service."""

    reid: ReidSection = ReidSection()
