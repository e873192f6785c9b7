"""`python triton_watch.py TRITONSERVER [OPTION ...]`: tritonserver, and beside it who ends it when one of its helpers is gone.

Triton's Python backend runs each instance of a network in a process of its own. Where such a process dies, as the kernel ends one
for its memory, the server answers every request to it with "not healthy" from then on, starts no other, and tells its probes that
it is ready. An end is better: whoever runs the server starts it anew.

Standard library alone: it runs where Haetae is not installed. The server keeps the process that this was started as, so signals,
exit code and memory are its own.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_HELPER = "triton_python_b"  # what the kernel keeps of the name: 15 letters
_ASK_EVERY_S = 0.1
_LOOK_EVERY_S = 1.0
_END_WITHIN_S = 30.0  # longer than any server here gives to what it computes for others


def helpers_of(server: int) -> frozenset[int]:
    """The living helper processes below that one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, rest = stat.read_text().split(" (", 1)
            name, rest = rest.rsplit(") ", 1)
            state, parent = rest.split(" ", 2)[:2]
            parents[int(number)] = (int(parent), name if state != "Z" else "")
    return frozenset(each for each, (_, name) in parents.items() if name == _HELPER and _is_below(each, server, parents))


def _is_below(process: int, above: int, parents: dict[int, tuple[int, str]]) -> bool:
    while process in parents and process != above:
        process = parents[process][0]
    return process == above


def watch(server: int, address: tuple[str, int]) -> None:
    """Returns when the server is gone: by itself, or because one of its helpers was.

    It listens on `address` (gRPC) once all networks are loaded; helpers that come and go before are none of ours.
    """
    while os.getppid() == server and not _listens(address):
        time.sleep(_ASK_EVERY_S)
    helpers = helpers_of(server)
    _say(f"{len(helpers)} of the server's helpers are watched.")
    while os.getppid() == server:
        time.sleep(_LOOK_EVERY_S)
        if gone := helpers - helpers_of(server):
            _end(server, gone)


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1.0).close()
    except OSError:
        return False
    return True


def _end(server: int, gone: frozenset[int]) -> None:
    if os.getppid() != server:
        return
    _say(f"{len(gone)} of the server's helpers ended ({sorted(gone)}): it ends as well, to be started anew.")
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(server, number)
        until_s = time.monotonic() + _END_WITHIN_S
        while os.getppid() == server and time.monotonic() < until_s:
            time.sleep(0.05)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - into the server's own log


def address_in(options: Sequence[str]) -> tuple[str, int]:
    """Where the server will listen, as its options say."""
    said = dict(option.lstrip("-").split("=", 1) for option in options if "=" in option)
    host = said.get("grpc-address", "0.0.0.0")
    return "127.0.0.1" if host == "0.0.0.0" else host, int(said.get("grpc-port", "8001"))


def main(command: list[str]) -> None:
    """Becomes the server."""
    server = os.getpid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGINT):  # to the whole group: the server ends by it, and this after the server
            signal.signal(number, signal.SIG_IGN)
        watch(server, address_in(command[1:]))
        os._exit(0)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
