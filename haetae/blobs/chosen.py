"""Where a service keeps blobs: a bucket where one is named, else a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from haetae.blobs.bucket import Bucket
from haetae.blobs.local_folder import LocalFolder

if TYPE_CHECKING:
    from haetae.blobs.s3 import S3Blobs


def open_blobs(folder: Path, bucket: Bucket | None) -> LocalFolder | S3Blobs:
    """Blobs in `bucket`, where it is None in `folder`; both have `ready()` for health. Raises Misconfigured."""
    if bucket is None:
        return LocalFolder(folder)
    from haetae.blobs.s3 import S3Blobs  # the client is only loaded where there is a bucket

    return S3Blobs(bucket)
