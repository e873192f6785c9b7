"""Digests of files."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


def digest_of(file: Path, algorithm: str = "sha256") -> str:
    """ "sha256:..." or another algorithm's digest of a file."""
    with file.open("rb") as opened:
        return f"{algorithm}:{hashlib.file_digest(opened, algorithm).hexdigest()}"


def remembered_digest_of(file: Path) -> str:
    """ "sha256:..." of a file, read once as long as its size and time stay the same."""
    state = file.stat()
    return _remembered(file, state.st_size, state.st_mtime_ns, state.st_ino)


@lru_cache(maxsize=64)
def _remembered(file: Path, size: int, modified_ns: int, inode: int) -> str:
    return digest_of(file)
