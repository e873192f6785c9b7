"""Logs are JSON lines, and no password is ever in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from haetae.errors import Transient
from haetae.telemetry import logs
from haetae.telemetry.redaction import redact, redacted


@pytest.fixture(autouse=True)
def _undo() -> Iterator[None]:
    """Logging is the process's: put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://admin:s3cret@10.0.0.1/live",
        "rtsp://admin:s3c/ret@10.0.0.1:554/live",
        "rtsp://admin:s3cret@ss@10.0.0.1",
        "could not open admin:s3cret@10.0.0.1",
        "postgresql+psycopg2://haetae:s3cret@db:5432/haetae",
        "redis://:s3cret@127.0.0.1:6379/0",
        "[rtsps://u:s3cret@[fe80::1]:322/x]",
    ],
)
def test_passwords_are_taken_out(address: str) -> None:
    """User and password of an address are hidden whatever the scheme, also where the password is not escaped."""
    assert "s3c" not in redact(address)
    assert "***@" in redact(address)


@pytest.mark.parametrize("text", ["a@b.example", "rtsp://10.0.0.1:554/live", "12:30:01 two people", "reid-0288@1-f32"])
def test_what_is_no_password_stays(text: str) -> None:
    """Addresses without credentials, times, mail addresses and model versions stay readable."""
    assert redact(text) == text


def test_deep_values_are_redacted() -> None:
    """Mappings, lists and errors are followed; bytes are never written out."""
    secret = "rtsp://a:s3cret@h/1"
    hidden = redacted({"urls": [secret, (secret,)], "error": Transient("x", url=secret), "crop": b"123"})
    assert "s3cret" not in repr(hidden)
    assert hidden["crop"] == "<3 bytes>"  # type: ignore[index]


def test_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Our events, libraries' events and exceptions are one JSON object a line, named by service, redacted."""
    logs.configure("probe")
    logs.get().info("camera_opened", camera_id="gate-1", url="rtsp://a:s3cret@h/1")
    logging.getLogger("some.library").warning("lost %s", "rtsp://a:s3cret@h/1")
    try:
        raise Transient("away", url="redis://:s3cret@h")
    except Transient:
        logs.get().exception("read_failed")
    logs.get().debug("not_shown")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["camera_opened", "lost rtsp://***@h/1", "read_failed"]
    assert {line["service"] for line in lines} == {"probe"}
    assert "Traceback" in lines[2]["exception"]
    assert "s3cret" not in json.dumps(lines)
