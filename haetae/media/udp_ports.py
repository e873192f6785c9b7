"""The two UDP ports of an RTP session: media on the even one, reports on the odd one (RFC 3550, 11)."""

from __future__ import annotations

import ipaddress
import random
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from haetae.media.trouble import CameraTrouble, TroubleKind

_BUFFER_BYTES = 4 << 20  # the system may give less
_MAX_DATAGRAM = 65_536


class Readable(Protocol):
    """What can be waited for."""

    def fileno(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Datagram:
    """One packet; `control` for RTCP."""

    control: bool
    data: bytes


class UdpPorts:
    """Receives from `sender` alone (None: from anybody, where the session description names nobody)."""

    def __init__(self, media: socket.socket, control: socket.socket, sender: str | None) -> None:
        self._media, self._control, self._sender = media, control, sender
        for each in (media, control):
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)

    @property
    def media_port(self) -> int:
        return int(self._media.getsockname()[1])

    def greet(self, ip: str, ports: Sequence[int]) -> None:
        """Sends an empty report to both of the camera's ports: opens the way back through a NAT."""
        for each, port in zip((self._media, self._control), ports, strict=False):
            each.sendto(struct.pack("!BBHI", 0x80, 201, 1, 0), (ip, port))

    def receive(self, until_s: float, also: Readable | None = None) -> tuple[list[Datagram], bool]:
        """(the datagrams that are there, whether `also` has something to read), waiting until `until_s` for the first."""
        watched = [self._media, self._control, *([also] if also is not None else [])]
        readable, _, _ = select.select(watched, [], [], max(0.0, until_s - time.monotonic()))
        # Reports first: they tell the time of the pictures beside them.
        found = [Datagram(each is self._control, data) for each in (self._control, self._media) for data in self._drained(each)]
        return found, also is not None and also in readable

    def close(self) -> None:
        self._media.close()
        self._control.close()

    def _drained(self, port: socket.socket) -> list[bytes]:
        found: list[bytes] = []
        while len(found) < 256:
            try:
                data, (ip, *_) = port.recvfrom(_MAX_DATAGRAM)
            except (BlockingIOError, ConnectionRefusedError):
                break
            if self._sender is None or ip == self._sender:
                found.append(data)
        return found


def ephemeral_ports(own_ip: str, sender: str) -> UdpPorts:
    """A free even port and its successor on `own_ip`. Raises CameraTrouble where there are none."""
    family = socket.AF_INET6 if ":" in own_ip else socket.AF_INET
    for _ in range(200):
        port = random.randrange(10_000, 30_000) * 2
        pair = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
        try:
            for offset, each in enumerate(pair):
                each.bind((own_ip, port + offset))
        except OSError:
            for each in pair:
                each.close()
            continue
        return UdpPorts(pair[0], pair[1], sender)
    raise CameraTrouble("No pair of UDP ports is free.", TroubleKind.UNREACHABLE)


def described_ports(address: str, port: int) -> UdpPorts:
    """The ports that a session description names, joined to its group where the address is multicast."""
    ip = ipaddress.ip_address(address)
    family = socket.AF_INET6 if ip.version == 6 else socket.AF_INET
    pair = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(2)]
    try:
        for offset, each in enumerate(pair):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind((str(ip), port + offset))
            if ip.is_multicast:
                _join(each, ip)
    except OSError as error:
        for each in pair:
            each.close()
        raise CameraTrouble(f"UDP port {port} cannot be opened: {error.strerror}.", TroubleKind.UNREACHABLE) from None
    return UdpPorts(pair[0], pair[1], None)


def _join(port: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if group.version == 4:
        port.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + b"\0\0\0\0")
    else:
        port.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group.packed + b"\0\0\0\0")
