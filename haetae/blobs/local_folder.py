"""Blobs as files below one folder."""

from __future__ import annotations

import errno
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from haetae.blobs.keys import checked
from haetae.blobs.port import BlobMissing, BlobsFull
from haetae.errors import Transient

_INCOMING = ".incoming"  # on the same file system as the blobs; no key can begin with a dot
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ATTEMPTS = 3
_ABANDONED_AFTER_S = 3600.0


class LocalFolder:
    """Implements Blobs. Keys are parts of letters, digits, ".", "_" and "-" between slashes; others are Refused (404).

    A blob is written beside and renamed into place: a reader sees all of it or nothing, also after a crash of the process.
    With `fsync` it outlives a crash of the machine as well, at a few milliseconds a blob.
    """

    def __init__(self, root: Path, *, fsync: bool = False) -> None:
        self._root = root
        self._fsync = fsync
        root.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures of people: nobody else's business
        self._forget_abandoned()

    def put(self, key: str, data: bytes) -> None:
        """Raises BlobsFull, Transient; then nothing is left behind."""
        target = self._path(key)
        incoming = self._root / _INCOMING / uuid4().hex
        try:
            self._write(incoming, data)
            self._move(incoming, target)
        except OSError as error:
            self._forget(incoming)
            raise _meaning_of(error, key) from None

    def get(self, key: str) -> bytes:
        """Raises BlobMissing, Transient."""
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise BlobMissing("There is no such blob.", key=key) from None
        except OSError as error:
            raise _meaning_of(error, key) from None

    def delete_below(self, prefix: str) -> int:
        """How many blobs there were. What is not there is no error. Raises Transient where something could not be removed."""
        path = self._path(prefix)
        try:
            if path.is_dir() and not path.is_symlink():
                n = sum(len(names) for _, _, names in os.walk(path))
                shutil.rmtree(path)
                return n
            path.unlink()
            return 1
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except OSError as error:
            raise _meaning_of(error, prefix) from None

    def children(self, prefix: str) -> list[str]:
        """Sorted names; empty where there is nothing."""
        try:
            return sorted(entry.name for entry in os.scandir(self._path(prefix)))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _meaning_of(error, prefix) from None

    def ready(self) -> str | None:
        """None where blobs can be kept, else why not: for a service's health."""
        probe = self._root / _INCOMING / uuid4().hex
        try:
            self._write(probe, b"\0" * 4096)
        except OSError as error:
            self._forget(probe)
            return _meaning_of(error, "").message
        self._forget(probe)
        return None

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*checked(key).split("/"))

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
            if self._fsync:
                file.flush()
                os.fsync(file.fileno())

    def _move(self, incoming: Path, target: Path) -> None:
        for attempt in range(_ATTEMPTS):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                incoming.replace(target)
                break
            except FileNotFoundError:  # the day was deleted in between
                if attempt == _ATTEMPTS - 1:
                    raise
        if self._fsync:
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _forget_abandoned(self) -> None:
        """What processes that were killed left half written."""
        before = time.time() - _ABANDONED_AFTER_S
        for path in (self._root / _INCOMING).glob("*"):
            with suppress(FileNotFoundError):  # whoever wrote it came to an end, or another process forgets it too
                if path.stat().st_mtime < before:
                    path.unlink()

    def _forget(self, incoming: Path) -> None:
        try:
            incoming.unlink(missing_ok=True)
        except OSError:
            return  # nothing refers to it; `ready` says what is wrong with the folder


def _meaning_of(error: OSError, key: str) -> Transient:
    if error.errno in _NO_ROOM:
        return BlobsFull("The disk for pictures is full.", key=key)
    return Transient(f"The folder for pictures cannot be used: {os.strerror(error.errno or 0)}.", key=key)
