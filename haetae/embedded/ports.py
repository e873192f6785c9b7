"""TCP ports on loopback."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def any_free(host: str = LOOPBACK) -> int:
    """A port that the system calls free at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def choose(preferred: int, taken: set[int], host: str = LOOPBACK) -> int:
    """`preferred` if nobody has it, else another free one; never one of `taken`. Adds the choice to `taken`."""
    port = preferred
    while port in taken or not is_free(port, host):
        port = any_free(host)
    taken.add(port)
    return port


def answers(port: int, host: str = LOOPBACK, within_s: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=within_s):
            return True
    except OSError:
        return False
