"""Blobs in a folder: whole or not there, inside the folder, and honest about a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from haetae.blobs.local_folder import LocalFolder
from haetae.blobs.port import BlobMissing, Blobs, BlobsFull
from haetae.errors import Refused, Transient

pytestmark = pytest.mark.integration

KEY = "crops/2026-05-04/gate-1/5c9/1777.jpg"


@pytest.fixture
def blobs(tmp_path: Path) -> LocalFolder:
    """An empty folder."""
    return LocalFolder(tmp_path / "blobs")


def files_below(root: Path) -> list[Path]:
    """Every file, hidden ones too."""
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("fsync", [False, True])
def test_what_is_put_is_got(tmp_path: Path, fsync: bool) -> None:
    """Bytes come back as they were, also after they were replaced; nothing else is in the folder."""
    blobs: Blobs = LocalFolder(tmp_path / "blobs", fsync=fsync)
    blobs.put(KEY, b"one")
    blobs.put(KEY, b"\0two" * 1000)
    blobs.put("empty", b"")
    assert blobs.get(KEY) == b"\0two" * 1000
    assert blobs.get("empty") == b""
    assert len(files_below(tmp_path)) == 2
    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0


def test_what_is_not_there_is_missing(blobs: LocalFolder) -> None:
    """Nothing, a folder, and a key below a blob are all missing."""
    blobs.put(KEY, b"x")
    for key in ("crops/other.jpg", "crops/2026-05-04", f"{KEY}/below"):
        with pytest.raises(BlobMissing):
            blobs.get(key)


OUTSIDE = ["", "/etc/passwd", "../x", "a/../x", "a/./b", "a//b", "a/"]
STRANGE = [".hidden", "a/.incoming", "a\\b", "a b", "ä", "a\0b", "a\n", "x" * 129]


@pytest.mark.parametrize("key", OUTSIDE + STRANGE)
def test_keys_cannot_leave_the_folder(blobs: LocalFolder, tmp_path: Path, key: str) -> None:
    """Every way out, and every name that file systems treat differently, is refused before a file is touched."""
    for act in (
        lambda: blobs.put(key, b"x"),
        lambda: blobs.get(key),
        lambda: blobs.delete_below(key),
        lambda: blobs.children(key),
    ):
        with pytest.raises(Refused):
            act()
    assert files_below(tmp_path) == []


def test_putting_while_the_day_is_deleted_ends_well(blobs: LocalFolder) -> None:
    """A day that is deleted under a writer is Transient at worst; the writer's next try succeeds."""

    def put(n: int) -> None:
        for _ in range(50):
            try:
                blobs.put(f"crops/day/{n}.jpg", b"x")
                return
            except Transient:
                continue
        raise AssertionError("never written")

    def delete(_: int) -> None:
        try:
            blobs.delete_below("crops/day")
        except Transient:
            return

    with ThreadPoolExecutor(4) as pool:
        deleting = [pool.submit(delete, n) for n in range(50)]
        putting = [pool.submit(put, n) for n in range(200)]
    assert all(future.result() is None for future in deleting + putting)
    blobs.put("crops/day/last.jpg", b"x")
    assert blobs.get("crops/day/last.jpg") == b"x"


FILL = """
import resource, signal, sys
from pathlib import Path
from haetae.blobs.local_folder import LocalFolder
from haetae.blobs.port import BlobsFull
blobs = LocalFolder(Path(sys.argv[1]))
blobs.put("old", b"o" * 1000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
for key in ("new", "old"):
    try:
        blobs.put(key, b"n" * 5000)
    except BlobsFull as full:
        print(full.message, blobs.ready())
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(blobs.ready(), len(blobs.get("old")))
blobs.put("old", b"n" * 5000)
"""


def test_no_room_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Where no more bytes fit: BlobsFull, not ready, the old version intact, no leftovers; with room again all is well."""
    done = subprocess.run([sys.executable, "-c", FILL, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60)
    full = "The disk for pictures is full."
    assert done.stdout.splitlines() == [f"{full} {full}", f"{full} {full}", "None 1000"]
    assert [path.name for path in files_below(tmp_path)] == ["old"]


def test_what_killed_writers_left_is_forgotten(tmp_path: Path) -> None:
    """Opening the folder removes what was left half written an hour ago, and not what is being written."""
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    (incoming / "old").write_bytes(b"half")
    (incoming / "new").write_bytes(b"half")
    os.utime(incoming / "old", (0, 0))
    LocalFolder(tmp_path)
    assert [path.name for path in files_below(tmp_path)] == ["new"]


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """A file in the folder's way is Transient with the reason, not a crash; ready names it too."""
    blobs = LocalFolder(tmp_path / "blobs")
    (tmp_path / "blobs" / "crops").write_bytes(b"in the way")
    with pytest.raises(Transient) as raised:
        blobs.put(KEY, b"x")
    assert not isinstance(raised.value, BlobsFull)
    assert blobs.ready() is None
    (tmp_path / "blobs" / ".incoming").rmdir()
    (tmp_path / "blobs" / ".incoming").write_bytes(b"in the way")
    assert blobs.ready() is not None
