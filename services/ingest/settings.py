"""What can be set for ingest: `HAETAE_INGEST__<FIELD>`."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_network
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, field_validator

from haetae.errors import Misconfigured
from haetae.media.address import AddressPolicy
from haetae.media.source import Deadlines, Site
from haetae.settings import Settings


class IngestSection(BaseModel):
    """Address of health and metrics, how cameras are shared out, and how much may wait."""

    host: str = "127.0.0.1"
    port: int = Field(default=8083, ge=0, le=65535)
    name: str = ""  # of this worker, never two at once; empty means host and process
    group_size: int = Field(default=8, ge=1, le=64)  # cameras in one reader process
    max_recordings: int = Field(default=2, ge=1, le=64)  # read at the same time by this worker
    max_backlog: int = Field(default=2000, ge=1)  # frames of a shard that wait for detection; live frames beyond are dropped
    recording_backlog: int = Field(default=64, ge=1)  # recordings wait while more frames than this do, so that cameras come first
    local_backlog_bytes: int = Field(default=64 << 20, ge=1 << 20)  # frames that wait in a reader while Redis is away
    heartbeat_s: float = Field(default=2.0, gt=0)  # a still camera gives one frame so often
    motion_hold_s: float = Field(default=2.0, ge=0)  # frames go on so long after the last motion
    lease_ttl_s: float = Field(default=10.0, ge=2)
    connect_s: float = Field(default=2.0, gt=0)
    answer_s: float = Field(default=3.0, gt=0)
    frame_s: float = Field(default=5.0, gt=0)  # without a picture for so long a camera is stale
    longest_backoff_s: float = Field(default=2.0, gt=0)
    beat_s: float = Field(default=5.0, gt=0)  # a reader process that says nothing for so long is killed
    hang_s: float = Field(default=30.0, gt=0)  # a camera that does not return for so long is killed, with its process
    time_zone: str = "UTC"  # of the names of recorders' files

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such time zone") from None
        return name

    @property
    def worker_name(self) -> str:
        """The lease holder's name."""
        return self.name or f"ingest-{socket.gethostname()}-{os.getpid()}"


class IngestSettings(Settings):
    """All sections of the service."""

    ingest: IngestSection = IngestSection()

    @property
    def site(self) -> Site:
        """What is the same for all cameras. Raises Misconfigured where a network is not one."""
        own = self.ingest
        try:
            networks = tuple(str(ip_network(each, strict=False)) for each in self.sources.allowed_networks)
        except ValueError as error:
            raise Misconfigured(f"sources.allowed_networks: {error}") from None
        policy = AddressPolicy(networks, tuple(self.sources.import_folders))
        return Site(policy, Deadlines(own.connect_s, own.answer_s, own.frame_s), ZoneInfo(own.time_zone))
