"""`python triton_watch.py TRITONSERVER [OPTION ...]`: tritonserver, and beside it who ends it when it will never answer.

Triton's Python backend runs each instance of a network in a process of its own. Where such a process dies, as the kernel ends one
for its memory, the server answers every request to it with "not healthy" from then on, starts no other, and tells its probes that
it is ready. And on a busy machine server and helper may wait for each other while a network is loaded, for ever. An end is
better: whoever runs the server starts it anew.

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
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_STILL_FOR_S = 60.0  # who computes nothing for so long while networks are loaded waits for nothing
_IDLE_SHARE = 0.002  # of a processor: timers take less, and who works takes more on the busiest machine
_END_WITHIN_S = 30.0  # longer than any server here gives to what it computes for others


def helpers_of(server: int) -> frozenset[int]:
    """The living helper processes below that one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, name, (state, parent, *_) = _parts(stat)
            parents[number] = (int(parent), name if state != "Z" else "")
    return frozenset(each for each, (_, name) in parents.items() if name == _HELPER and _is_below(each, server, parents))


def _is_below(process: int, above: int, parents: dict[int, tuple[int, str]]) -> bool:
    while process in parents and process != above:
        process = parents[process][0]
    return process == above


def _parts(stat: Path) -> tuple[int, str, list[str]]:
    """Number, name, and everything after them (proc(5)): state, parent, and so on."""
    number, rest = stat.read_text().split(" (", 1)
    name, rest = rest.rsplit(") ", 1)
    return int(number), name, rest.split(" ")


class Stillness:
    """Tells a server that loads networks from one that waits for ever: nobody of it computes, or reads from a disk."""

    def __init__(self, server: int, now_s: float) -> None:
        self._server = server
        self._since_s, self._used_s = now_s, self._work()[0]

    def lasted_s(self, now_s: float) -> float:
        """For how long now."""
        used_s, reads = self._work()
        if reads or abs(used_s - self._used_s) > _IDLE_SHARE * (now_s - self._since_s) + _TICK_S:
            self._since_s, self._used_s = now_s, used_s
        return now_s - self._since_s

    def _work(self) -> tuple[float, bool]:
        """Processor time of server and helpers so far; whether a thread of them waits for a disk."""
        used, reads = 0, False
        for process in (self._server, *helpers_of(self._server)):
            with suppress(OSError):
                of_all = _parts(Path(f"/proc/{process}/stat"))[2]
                used += int(of_all[11]) + int(of_all[12])
                threads = (_parts(stat)[2] for stat in Path(f"/proc/{process}/task").glob("[0-9]*/stat"))
                reads |= any(state == "D" for state, *_ in threads)
        return used * _TICK_S, reads


def watch(server: int, address: tuple[str, int], still_for_s: float = _STILL_FOR_S) -> None:
    """Returns when the server is gone: by itself, because one of its helpers was, or because it stood still before it listened.

    It listens on `address` (gRPC) once all networks are loaded; helpers that come and go before are none of ours.
    """
    stillness, look_at_s = Stillness(server, time.monotonic()), 0.0
    while os.getppid() == server and not _listens(address):
        time.sleep(_ASK_EVERY_S)
        if (now_s := time.monotonic()) < look_at_s:
            continue
        look_at_s = now_s + _LOOK_EVERY_S
        if stillness.lasted_s(now_s) >= still_for_s:
            _end(server, f"Nothing has moved for {still_for_s:.0f} s while networks are loaded")
    helpers = helpers_of(server)
    if os.getppid() == server:
        _say(f"{len(helpers)} of the server's helpers are watched.")
    while os.getppid() == server:
        time.sleep(_LOOK_EVERY_S)
        if gone := helpers - helpers_of(server):
            _end(server, f"{len(gone)} of the server's helpers ended ({sorted(gone)})")


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1.0).close()
    except OSError:
        return False
    return True


def _end(server: int, why: str) -> None:
    """The server, and those of its helpers that outlive it: one that stands still does not see that nobody asks it any more."""
    if os.getppid() != server:
        return
    _say(f"{why}: the server ends, to be started anew.")
    helpers = helpers_of(server)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(server, number)
        until_s = time.monotonic() + _END_WITHIN_S
        while os.getppid() == server and time.monotonic() < until_s:
            time.sleep(0.05)
    for helper in helpers:
        with suppress(OSError):
            if _parts(Path(f"/proc/{helper}/stat"))[1] == _HELPER:
                os.kill(helper, signal.SIGKILL)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - into the server's own log


def address_in(options: Sequence[str]) -> tuple[str, int]:
    """Where the server will listen, as its options say."""
    said = dict(option.lstrip("-").split("=", 1) for option in options if "=" in option)
    host = said.get("grpc-address", "0.0.0.0")
    return "127.0.0.1" if host == "0.0.0.0" else host, int(said.get("grpc-port", "8001"))


def main(command: list[str], still_for_s: float = _STILL_FOR_S) -> None:
    """Becomes the server."""
    server = os.getpid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGINT):  # to the whole group: the server ends by it, and this after the server
            signal.signal(number, signal.SIG_IGN)
        watch(server, address_in(command[1:]), still_for_s)
        os._exit(0)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
