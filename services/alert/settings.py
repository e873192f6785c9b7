"""What can be set for alert: `HAETAE_ALERT__<FIELD>`."""

from __future__ import annotations

import socket
from datetime import timedelta

from pydantic import BaseModel, Field

from haetae.settings import Settings


class AlertSection(BaseModel):
    """Address of the API, when an alert starts and ends, and how webhooks are told."""

    host: str = "127.0.0.1"
    port: int = Field(default=8082, ge=0, le=65535)
    name: str = ""  # of this worker, the same after a restart, never two at once; empty means host and port
    lease_ttl_s: float = Field(default=5.0, ge=1)  # one that dies is stood in for after this long, and half of it more
    batch: int = Field(default=16, ge=1, le=256)  # messages a time
    max_distance: float = Field(default=0.35, gt=0, le=2)  # cosine, of entries that are made without one
    longest_entry_days: float = Field(default=30.0, gt=0, le=366)  # a watch-list entry ends by itself at the latest then
    stale_after_s: float = Field(default=5.0, ge=0)  # a camera is down this long before an alert starts
    live_after_s: float = Field(default=3.0, ge=0)  # and up again this long before it ends
    quiet_after_s: float = Field(default=3600.0, gt=0)  # a watch-list alert of which nothing is heard ends
    watch_list_refresh_s: float = Field(default=2.0, ge=0)  # a new or removed entry works this much later
    key_remembered_s: float = Field(default=5.0, ge=0)  # a removed API key works this much longer
    least_person_score: float = Field(default=0.35, gt=0, lt=1)
    delivery_host: str = "127.0.0.1"
    delivery_port: int | None = Field(default=None, ge=0, le=65535)  # of the deliveries' health and metrics; None: none
    delivery_threads: int = Field(default=4, ge=1, le=64)
    delivery_timeout_s: float = Field(default=10.0, gt=0, le=60)  # of one attempt, from the first byte to the last
    event_source: str = "/haetae/alert"  # who speaks, in CloudEvents: a URI reference

    @property
    def worker_name(self) -> str:
        """The consumer's name."""
        return self.name or f"alert-{socket.gethostname()}-{self.port}"

    @property
    def longest_entry(self) -> timedelta:
        """How far ahead an entry may expire."""
        return timedelta(days=self.longest_entry_days)


class AlertSettings(Settings):
    """All sections of the service."""

    alert: AlertSection = AlertSection()
