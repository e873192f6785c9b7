"""A bucket whose server is away, slow, full, or refuses: said in our words, within the deadline, without our key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from haetae.blobs.bucket import Bucket
from haetae.blobs.chosen import open_blobs
from haetae.blobs.port import BlobMissing, BlobsFull
from haetae.blobs.s3 import S3Blobs
from haetae.errors import Misconfigured, Transient
from haetae.settings import BlobsSettings
from tests.kit import http_peer as peer
from tests.kit.certificates import Authority
from tests.kit.http_peer import HttpPeer, http_peer, replying
from tests.kit.s3_server import SECRET_KEY, s3_server

pytestmark = pytest.mark.integration
KEY = "crops/2026-05-04/gate-1/1.jpg"
DEADLINE_S = 2.0
ACTS: dict[str, Callable[[S3Blobs], object]] = {
    "put": lambda blobs: blobs.put(KEY, b"x" * 1000),
    "get": lambda blobs: blobs.get(KEY),
    "delete": lambda blobs: blobs.delete_below("crops"),
    "children": lambda blobs: blobs.children("crops"),
}


@pytest.fixture
def server() -> Iterator[HttpPeer]:
    """A server that fails as it is told to."""
    with http_peer(HttpPeer(peer.silent)) as running:
        yield running


def blobs_at(endpoint: str, **changes: object) -> S3Blobs:
    """A bucket there."""
    bucket = Bucket("pictures", endpoint=endpoint, access_key="a", secret_key=SECRET_KEY, deadline_s=DEADLINE_S)
    return S3Blobs(replace(bucket, **changes))  # type: ignore[arg-type]


def error(status: int, code: str) -> peer.Behaviour:
    """An error as S3 tells it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{SECRET_KEY}</Message></Error>"
    return replying(body.encode(), status=status, kind="application/xml")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "behave", [peer.silent, peer.dripping_headers, peer.dripping_body, peer.garbage, peer.breaking_off, peer.hanging_up]
)
def test_a_server_that_does_not_answer_is_transient(server: HttpPeer, act: str, behave: peer.Behaviour) -> None:
    """Every call ends, and is Transient; however slowly the server drips. Repetitions are bounded."""
    server.behave = behave
    with pytest.raises(Transient):
        ACTS[act](blobs_at(server.address))
    assert len(server.received) <= 6  # deletion asks for the blob itself, and for what is below


@pytest.mark.parametrize(
    ("behave", "says"),
    [
        (error(403, "QuotaExceeded"), "full"),
        (error(507, "XMinioStorageFull"), "full"),
        (replying(b"", status=507), "full"),
        (error(403, "AccessDenied"), "refuses our key"),
        (error(403, "SignatureDoesNotMatch"), "refuses our key"),
        (error(404, "NoSuchBucket"), "NoSuchBucket"),
        (error(503, "SlowDown"), "SlowDown"),
        (error(500, "InternalError"), "InternalError"),
        (replying(b"<html>", status=404, kind="text/html"), "HTTP 404"),
    ],
)
def test_what_the_server_says_is_told_apart(server: HttpPeer, behave: peer.Behaviour, says: str) -> None:
    """No room is BlobsFull, everything else Transient with S3's own code; health says the same, and nobody tells the key."""
    server.behave = behave
    blobs = blobs_at(server.address)
    for act in ("put", "get", "delete", "children"):
        with pytest.raises(Transient) as raised:
            ACTS[act](blobs)
        assert says in raised.value.message
        assert isinstance(raised.value, BlobsFull) == (says == "full")
        assert SECRET_KEY not in str(raised.value)
    assert says in (blobs.ready() or "")


def test_only_a_key_that_is_not_there_is_missing(server: HttpPeer) -> None:
    """BlobMissing means that the bucket was read: a server without the bucket never makes crops look lost."""
    server.behave = error(404, "NoSuchKey")
    with pytest.raises(BlobMissing):
        blobs_at(server.address).get(KEY)


def test_a_server_that_is_away_is_transient() -> None:
    """Nobody listens; health says so."""
    blobs = blobs_at("http://127.0.0.1:1")
    with pytest.raises(Transient):
        blobs.put(KEY, b"x")
    assert "no answer" in (blobs.ready() or "")


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "a b"}, {"endpoint": "s3.example"}, {"endpoint": "http://u:p@x"}, {"endpoint": "http://x/path"},
     {"secret_key": ""}, {"access_key": ""}, {"prefix": "/x"}, {"prefix": "a b"}, {"ca_file": Path("/nowhere.pem")},
     {"ca_file": Path(__file__)}],
)  # fmt: skip
def test_a_bucket_that_cannot_be_is_misconfigured(changes: dict[str, object]) -> None:
    """Names, addresses, halves of keys, authorities: said when the service starts, without the key."""
    with pytest.raises(Misconfigured) as raised:
        blobs_at(**{"endpoint": "http://127.0.0.1:1", **changes})  # type: ignore[arg-type]
    assert SECRET_KEY not in str(raised.value)


def test_the_settings_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder where no bucket is named; the bucket with all its settings where one is. Its keys are never shown."""
    assert BlobsSettings().s3.named() is None
    said = {
        "bucket": "pictures",
        "endpoint": "https://s3.example:9000",
        "access_key": "a",
        "secret_key": SECRET_KEY,
        "prefix": "x",
    }
    chosen = BlobsSettings.model_validate({"folder": tmp_path / "unused", "s3": said})
    bucket = chosen.s3.named()
    assert bucket == Bucket("pictures", "https://s3.example:9000", prefix="x", access_key="a", secret_key=SECRET_KEY)
    assert SECRET_KEY not in repr(bucket) + repr(chosen)
    assert isinstance(open_blobs(chosen.folder, bucket), S3Blobs)
    assert not chosen.folder.exists()


@pytest.mark.peer
def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    """Over TLS with an authority of one's own; without naming it, or naming another, nothing is sent."""
    authority, stranger = Authority(tmp_path / "own"), Authority(tmp_path / "stranger")
    with s3_server(tmp_path / "s3", authority) as server:
        blobs = S3Blobs(server.bucket)
        blobs.put(KEY, b"x")
        assert (blobs.get(KEY), blobs.ready()) == (b"x", None)
        for ca_file in (None, stranger.certificate):
            with pytest.raises(Transient):
                S3Blobs(replace(server.bucket, ca_file=ca_file)).get(KEY)
        localhost = replace(server.bucket, endpoint=server.bucket.endpoint.replace("127.0.0.1", "localhost"))
        assert S3Blobs(localhost).get(KEY) == b"x"


@pytest.mark.peer
def test_wrong_keys_and_buckets_are_told(tmp_path: Path) -> None:
    """A real server's words: a wrong secret is refused, an unknown bucket is no missing blob."""
    with s3_server(tmp_path / "s3") as server:
        wrong = S3Blobs(replace(server.bucket, secret_key="wrong"))
        assert wrong.ready() == "The bucket for pictures refuses our key."
        nowhere = S3Blobs(replace(server.bucket, name="nowhere"))
        with pytest.raises(Transient, match="NoSuchBucket"):
            nowhere.get(KEY)
        assert "NoSuchBucket" in (nowhere.ready() or "")
