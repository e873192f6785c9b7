"""Addresses that users give: a corpus of spellings that must not lead inside."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from haetae.domain.camera import SourceKind
from haetae.errors import Refused
from haetae.media.address import check_source, check_webhook

CAMERAS = ("10.20.0.0/16", "fd12::/16")

NAMES = {
    "camera.example": ["93.184.215.14"],
    "v6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "site.example": ["10.20.3.4"],
    "other-site.example": ["10.21.3.4"],
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "both.example": ["93.184.215.14", "127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "v6-local.example": ["::1"],
    "mapped.example": ["::ffff:192.168.0.1"],
}

INWARD = [
    "rtsp://127.0.0.1/a", "rtsp://127.1.2.3/a", "rtsp://127.0.0.1:8554/a", "rtsp://localhost/a", "rtsp://localhost./a",
    "rtsp://LOCALHOST/a", "rtsp://0.0.0.0/a", "rtsp://[::]/a", "rtsp://[::1]/a", "rtsp://[0:0:0:0:0:0:0:1]/a",
    "rtsp://[::ffff:127.0.0.1]/a", "rtsp://[::ffff:7f00:1]/a", "rtsp://[::127.0.0.1]/a", "rtsp://[64:ff9b::7f00:1]/a",
    "rtsp://[64:ff9b::a9fe:a9fe]/a", "rtsp://[2002:7f00:1::]/a", "rtsp://[2002:a9fe:a9fe::1]/a",
    "rtsp://[2001:0:7f00:1::]/a", "rtsp://169.254.169.254/latest/meta-data", "rtsp://[::ffff:169.254.169.254]/a",
    "rtsp://[fd00:ec2::254]/a", "rtsp://100.100.100.200/a", "rtsp://[fe80::1]/a", "rtsp://[fe80::1%25eth0]/a",
    "rtsp://10.0.0.1/a", "rtsp://10.21.0.1/a", "rtsp://172.16.0.1/a", "rtsp://172.31.255.255/a", "rtsp://192.168.1.10/a",
    "rtsp://[fc00::1]/a", "rtsp://[fd13::1]/a", "rtsp://224.0.0.1/a", "rtsp://239.255.255.250/a", "rtsp://[ff02::1]/a",
    "rtsp://255.255.255.255/a", "rtsp://240.0.0.1/a", "rtsp://192.0.2.1/a", "rtsp://198.18.0.1/a", "rtsp://[2001:db8::1]/a",
    "rtsp://metadata.google.internal/a", "rtsp://both.example/a", "rtsp://v6-local.example/a", "rtsp://mapped.example/a",
    "rtsp://other-site.example/a",
]  # fmt: skip

ODD = [
    "rtsp://2130706433/a", "rtsp://0x7f000001/a", "rtsp://0x7f.0.0.1/a", "rtsp://0177.0.0.1/a", "rtsp://017700000001/a",
    "rtsp://127.1/a", "rtsp://127.0.1/a", "rtsp://127.0.0.1./a", "rtsp://127.00.00.01/a", "rtsp://0/a", "rtsp://1.1.1/a",
    "rtsp://①②⑦.0.0.1/a", "rtsp://１２７.0.0.1/a", "rtsp://127。0。0。1/a", "rtsp://localhost%00.example/a",
    "rtsp://%6c%6fcalhost/a", "rtsp://camera.example\\@127.0.0.1/a", "rtsp://camera.example@127.0.0.1/a",
    "rtsp://u:p@camera.example/a", "rtsp://camera.example#@127.0.0.1/a", "rtsp://camera.example /a", "rtsp://camera.example\t/a",
    "rtsp://camera.example/a\r\nTEARDOWN", " rtsp://camera.example/a", "rtsp:///a", "rtsp://",
    "rtsp:camera.example", "rtsp:/camera.example/a",
    "rtsp://camera.example:0/a", "rtsp://camera.example:99999/a", "rtsp://camera.example:x/a", "rtsp://[::1/a", "rtsp://[camera.example]/a",
    "rtsp://-camera.example/a", "rtsp://unknown.example/a", "http://camera.example/a", "https://camera.example/a",
    "file:///etc/passwd", "concat:rtsp://camera.example/a", "rtmp://camera.example/a", "udp://camera.example:5000", "tcp://camera.example:5000",
    "/etc/passwd", "rtsp+http://camera.example/a", "", "rtsp", "gopher://camera.example/a", "rtsp://" + "a" * 3000,
]  # fmt: skip

FINE = [
    "rtsp://camera.example/a", "rtsp://camera.example:8554/a?b=c&d=e", "rtsps://camera.example/a", "RTSP://camera.example/a",
    "rtsp://93.184.215.14/a", "rtsp://v6.example/a", "rtsp://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:554/a",
    "rtsp://10.20.0.7/Streaming/Channels/101", "rtsp://site.example/a", "rtsp://[fd12::5]/a", "rtsp://[::ffff:10.20.0.7]/a",
]  # fmt: skip


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that knows NAMES and the loose spellings that the system's own would take."""

    def resolve(host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        if host.lower() not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(0, 0, 0, "", (ip, port)) for ip in NAMES[host.lower()]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize("url", INWARD + ODD)
def test_nothing_inward_and_nothing_odd_passes(url: str) -> None:
    """Loopback, link-local, metadata, private, multicast and reserved addresses are refused in every spelling."""
    with pytest.raises(Refused) as refusal:
        check_source(SourceKind.RTSP, url, allowed_networks=CAMERAS, import_folders=())
    assert refusal.value.status == 422
    assert len(url) < 10 or url not in refusal.value.message


@pytest.mark.parametrize("url", FINE)
def test_public_and_configured_addresses_pass(url: str) -> None:
    """Public addresses and those of configured camera networks are fine."""
    check_source(SourceKind.RTSP, url, allowed_networks=CAMERAS, import_folders=())


def test_webhook_is_pinned_to_what_was_checked() -> None:
    """The answer names the address to connect to, so that a second answer of the name server changes nothing."""
    pinned = check_webhook("https://camera.example/hook", ())
    assert (pinned.scheme, pinned.host, pinned.ip, pinned.port) == ("https", "camera.example", "93.184.215.14", 443)
    for url in ("rtsp://camera.example/", "http://127.0.0.1/", "https://both.example/", "ftp://camera.example/"):
        with pytest.raises(Refused):
            check_webhook(url, CAMERAS)


@pytest.mark.parametrize(
    "device", ["/dev/video", "/dev/video0/../sda", "/dev/sda", "video0", "/dev/video1234", "/dev/video0\n", "/dev/video٣"]
)
def test_usb_is_a_video_device(device: str) -> None:
    """Only /dev/video<N> can be a USB camera."""
    with pytest.raises(Refused):
        check_source(SourceKind.USB, device, allowed_networks=(), import_folders=())
    check_source(SourceKind.USB, "/dev/video0", allowed_networks=(), import_folders=())


def test_files_lie_below_import_folders(tmp_path: Path) -> None:
    """Links out, '..', missing files and other folders are refused with one and the same message."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "a.mp4").write_bytes(b"x")
    (outside / "b.mp4").write_bytes(b"x")
    (inside / "link.mp4").symlink_to(outside / "b.mp4")
    (inside / "fine.mp4").symlink_to(inside / "a.mp4")
    for name in ("a.mp4", "fine.mp4", "../in/a.mp4"):
        check_source(SourceKind.FILE, str(inside / name), allowed_networks=(), import_folders=(inside,))
    check_source(SourceKind.FOLDER, str(inside), allowed_networks=(), import_folders=(inside,))
    refused = set()
    for path in (
        inside / "link.mp4",
        inside / "../out/b.mp4",
        outside / "b.mp4",
        inside / "missing.mp4",
        "a.mp4",
        "",
        f"file://{inside}/a.mp4",
    ):
        with pytest.raises(Refused) as refusal:
            check_source(SourceKind.FILE, str(path), allowed_networks=(), import_folders=(inside,))
        refused.add(refusal.value.message)
    assert len(refused) == 1
