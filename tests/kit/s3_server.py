"""A real S3 server of a test's own: the Versity gateway over a folder, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from haetae.blobs.bucket import Bucket
from haetae.embedded.ports import any_free
from tests.kit.certificates import Authority
from tests.kit.waiting import until

ACCESS_KEY, SECRET_KEY = "haetae-tests", "canary-secret-of-the-bucket"


@dataclass(frozen=True, slots=True)
class S3Server:
    """The running server: a bucket in it, and the folder in which it keeps buckets."""

    bucket: Bucket
    folder: Path

    def another(self, name: str, **changes: str) -> Bucket:
        """A further, empty bucket."""
        (self.folder / name).mkdir()
        return replace(self.bucket, name=name, **changes)  # type: ignore[arg-type]


def gateway() -> Path:
    """The server's binary. Skips where there is none."""
    found = shutil.which("versitygw")
    if found is None:
        pytest.skip("no versitygw here (go install github.com/versity/versitygw/cmd/versitygw@v1.8.0)")
    return Path(found)


@contextmanager
def s3_server(folder: Path, authority: Authority | None = None) -> Iterator[S3Server]:
    """The server until the block ends; over TLS where it is given an authority, which the bucket then trusts."""
    binary, port = gateway(), any_free()
    root, sidecar = folder / "buckets", folder / "sidecar"
    for made in (root / "pictures", sidecar):
        made.mkdir(parents=True)
    cert, key = authority.issue(folder) if authority else (None, None)
    tls = ["--cert", str(cert), "--key", str(key)] if authority else []
    command = [str(binary), "--port", f"127.0.0.1:{port}", *tls, "--quiet", "posix", "--sidecar", str(sidecar), str(root)]
    credentials = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    endpoint = f"http{'s' if authority else ''}://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | credentials, stdout=log, stderr=log)
        try:
            until(lambda: _answers(endpoint), "the S3 server answers")
            bucket = Bucket("pictures", endpoint=endpoint, access_key=ACCESS_KEY, secret_key=SECRET_KEY)
            yield S3Server(replace(bucket, ca_file=authority.certificate) if authority else bucket, root)
        finally:
            process.terminate()
            process.wait(10)


def _answers(endpoint: str) -> bool:
    try:
        httpx.get(endpoint, verify=False, timeout=1.0, trust_env=False)
    except httpx.HTTPError:
        return False
    return True
