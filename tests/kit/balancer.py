"""A small TCP load balancer that honours readiness, as a Kubernetes Service does: who is not ready gets no new connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

LOOPBACK = "127.0.0.1"
ASKED_EVERY_S = 0.2


class Balancer:
    """Spreads connections over those of the `ports` whose /readyz says so, in turn. Open connections stay where they are."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._ready: list[int] = []
        self._turn = 0
        self.port = 0

    @property
    def ready(self) -> tuple[int, ...]:
        """Who gets connections now."""
        return tuple(self._ready)

    async def run(self, started: threading.Event, ended: asyncio.Event) -> None:
        """Listens until `ended` is set."""
        server = await asyncio.start_server(self._connect, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        while not ended.is_set():
            self._ready = [port for port in self._ports if await _is_ready(port)]
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), ASKED_EVERY_S)
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to whoever's turn it is. Nobody is tried a second time: that would hide what is to be seen."""
        ready = self._ready
        if not ready:
            writer.close()
            return
        self._turn += 1
        try:
            there, to = await asyncio.open_connection(LOOPBACK, ready[self._turn % len(ready)])
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pour(reader, to), _pour(there, writer))


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            into.write(data)
            await into.drain()
    with suppress(OSError):
        into.close()


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


@contextmanager
def balancing(ports: Sequence[int]) -> Iterator[Balancer]:
    """A balancer that works while the block runs."""
    balancer, started = Balancer(ports), threading.Event()
    loop, ended = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(balancer.run(started, ended),), name="balancer")
    thread.start()
    try:
        assert started.wait(10)
        yield balancer
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        _cancel_rest(loop)
        loop.close()


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
