"""TCP ports on loopback."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # all IPv4 addresses of this machine, loopback among them
_CLAIMS: dict[int, IO[str]] = {}  # by port; an open file holds its lock


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
    """`preferred` if nobody has it, else another free one; never one of `taken`. Adds the choice to `taken`.

    A part may listen much later than its port is chosen: until this process ends, other stacks of this user leave the port alone.
    """
    port = preferred
    while port in taken or not is_free(port, host) or not _claim(port):
        port = any_free(host)
    taken.add(port)
    return port


def _claim(port: int) -> bool:
    """Whether this process has, or now gets, the user's lock on that port. The system gives it back when the process ends."""
    if port in _CLAIMS:
        return True
    folder = Path(tempfile.gettempdir()) / f"haetae-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = (folder / str(port)).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _CLAIMS[port] = lock
    return True


def answers(port: int, host: str = LOOPBACK, within_s: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=within_s):
            return True
    except OSError:
        return False
