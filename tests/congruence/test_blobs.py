"""A folder and a bucket of a real S3 server keep blobs alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from haetae.blobs.chosen import open_blobs
from haetae.blobs.local_folder import LocalFolder
from haetae.blobs.port import BlobMissing
from haetae.blobs.s3 import S3Blobs
from haetae.errors import Refused, Transient
from tests.kit.s3_server import S3Server, s3_server

pytestmark = pytest.mark.integration
KEY = "crops/2026-05-04/gate-1/5c9/1777.jpg"
MANY = 1_203  # more than S3 lists at once
Kept = LocalFolder | S3Blobs


@pytest.fixture(scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.peer), pytest.param("prefix", marks=pytest.mark.peer)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Nothing is kept yet: in a folder, in a bucket, below a prefix in a bucket that others use."""
    if request.param == "folder":
        return open_blobs(tmp_path / "blobs", None)
    server: S3Server = request.getfixturevalue("_server")
    prefix = "site-1/pictures" if request.param == "prefix" else ""
    bucket = server.another(f"b{uuid4().hex}", prefix=prefix)
    others = server.folder / bucket.name / "site-1" / "pictures-of-others" / "crops"
    if prefix:
        others.mkdir(parents=True)
        (others / "a").write_bytes(b"others'")
    return open_blobs(tmp_path / "unused", bucket)


def test_what_is_put_is_got(blobs: Kept) -> None:
    """Bytes come back as they were, also after they were replaced, empty or of megabytes."""
    blobs.put(KEY, b"one")
    blobs.put(KEY, b"\0two" * 2_000_000)
    blobs.put("empty", b"")
    assert blobs.get(KEY) == b"\0two" * 2_000_000
    assert blobs.get("empty") == b""
    assert blobs.ready() is None


def test_what_is_not_there_is_missing(blobs: Kept) -> None:
    """Nothing, a folder, and a key below a blob are all missing, to readers; deleting and listing them is no error."""
    blobs.put(KEY, b"x")
    for key in ("crops/other.jpg", "crops/2026-05-04", f"{KEY}/below"):
        with pytest.raises(BlobMissing):
            blobs.get(key)
    assert (blobs.delete_below("crops/other"), blobs.children("crops/other")) == (0, [])
    assert blobs.get(KEY) == b"x"


@pytest.mark.parametrize("key", ["", "/x", "../x", "a/../x", "a/./b", "a//b", "a/", ".hidden", "a b", "ä", "a\n", "x" * 129])
def test_strange_keys_are_refused(blobs: Kept, key: str) -> None:
    """Everywhere the same keys are keys, so that blobs can move from one to the other."""
    for act in (
        lambda: blobs.put(key, b"x"),
        lambda: blobs.get(key),
        lambda: blobs.delete_below(key),
        lambda: blobs.children(key),
    ):
        with pytest.raises(Refused):
            act()


def test_deleting_below_counts_and_spares_the_rest(blobs: Kept) -> None:
    """All below the prefix goes, names that merely begin alike stay, and a second time there is nothing."""
    for key in ("crops/a/1", "crops/a/b/2", "crops/ab/3", "crops/c"):
        blobs.put(key, b"x")
    assert blobs.ready() is None  # what it writes is in no list
    assert blobs.children("crops") == ["a", "ab", "c"]
    assert [blobs.delete_below("crops/a"), blobs.delete_below("crops/a"), blobs.delete_below("crops/c")] == [2, 0, 1]
    assert blobs.children("crops") == ["ab"]
    assert blobs.children("nothing") == []
    assert blobs.get("crops/ab/3") == b"x"


def test_there_may_be_more_than_one_page(blobs: Kept) -> None:
    """More blobs and more children than a store lists at once are all listed and all deleted."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: blobs.put(f"crops/day/{n:05}.jpg", b"x"), range(MANY)))
        list(pool.map(lambda n: blobs.put(f"days/{n:05}/1.jpg", b"x"), range(MANY)))
    assert blobs.children("days") == [f"{n:05}" for n in range(MANY)]
    assert len(blobs.children("crops/day")) == MANY
    assert (blobs.delete_below("crops/day"), blobs.children("crops/day")) == (MANY, [])
    assert (blobs.delete_below("days"), blobs.children("days")) == (MANY, [])


def test_readers_never_see_half_a_blob(blobs: Kept) -> None:
    """While a key is written again and again, every read gives one whole version."""
    versions = [bytes([n]) * 200_000 for n in range(4)]
    blobs.put(KEY, versions[0])
    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(blobs.put, KEY, versions[n % 4]) for n in range(60)]
        reads = [pool.submit(blobs.get, KEY) for _ in range(60)]
    assert all(write.result() is None for write in writes)
    assert all(read.result() in versions for read in reads)


def test_putting_while_the_day_is_deleted_ends_well(blobs: Kept) -> None:
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
        deleting = [pool.submit(delete, n) for n in range(20)]
        putting = [pool.submit(put, n) for n in range(100)]
    assert all(future.result() is None for future in deleting + putting)
    blobs.put("crops/day/last.jpg", b"x")
    assert blobs.get("crops/day/last.jpg") == b"x"
