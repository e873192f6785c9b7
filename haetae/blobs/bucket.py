"""A bucket and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an S3-compatible store: at `endpoint` by path, without one at Amazon's of the region.

    Without an access key the usual AWS variables and roles of the process count. `deadline_s` is that of one request,
    its repetitions included. All keys begin with `prefix`.
    """

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    ca_file: Path | None = None  # PEM: trusted besides the system's
    deadline_s: float = 10.0
