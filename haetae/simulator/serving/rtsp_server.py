"""An RTSP 1.0 server (RFC 2326) that serves clips as live cameras, with faults on demand."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.simulator.serving.clip import Clip, load_clip
from haetae.simulator.serving.connection import Connection
from haetae.simulator.serving.faults import Faults
from haetae.simulator.serving.playout import SimulatedCamera


class RtspServer:
    """Serves cameras at rtsp://host:port/<name>. It runs in a thread of its own; every method may be called from any thread.

    `stop` closes the port and all sessions; `start` opens the same port again, so a camera can go away and come back.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host, self.port = host, port
        self._cameras: dict[str, SimulatedCamera] = {}
        self._connections: set[Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._listener: asyncio.Server | None = None

    def add(
        self, name: str, clip: Clip | Path, *, username: str = "", password: str = "", began_at: float | None = None
    ) -> Faults:
        """Serves `clip` under `name`, behind digest authentication where a user name is given; returns the camera's faults.

        The clip begins now, or as if it had begun at `began_at` (Unix seconds).
        """
        camera = SimulatedCamera(name, clip if isinstance(clip, Clip) else load_clip(clip), username=username, password=password)
        if began_at is not None:
            camera.began_s = time.monotonic() - (time.time() - began_at)
        self._cameras[name] = camera
        return camera.faults

    def add_camera(self, camera: SimulatedCamera) -> None:
        """Serves a camera that somebody else feeds."""
        self._cameras[camera.name] = camera

    def camera(self, name: str) -> SimulatedCamera:
        """The camera of that name, as others may send it too."""
        return self._cameras[name]

    def switch(self, name: str, clip: Clip) -> None:
        """Goes on with another clip, as a camera does whose resolution or codec is changed while it is watched."""
        self._cameras[name].clip = clip

    def url(self, name: str) -> str:
        """The camera's address, without credentials."""
        return f"rtsp://{self.host}:{self.port}/{name}"

    @property
    def names(self) -> list[str]:
        return list(self._cameras)

    def n_sessions(self, name: str) -> int:
        """How many viewers are playing the camera now."""
        return int(self._call(self._count(name)))

    def start(self) -> None:
        """Opens the port. Raises Misconfigured where it is taken."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop.run_forever, name="rtsp-server", daemon=True)
            self._thread.start()
        try:
            self._call(self._open())
        except OSError as error:
            raise Misconfigured(f"The RTSP port cannot be opened: {error.strerror}", port=self.port) from error

    def stop(self) -> None:
        """Closes the port and every connection; the cameras' time goes on."""
        if self._thread is not None:
            self._call(self._close())

    def close(self) -> None:
        """Stops for good and ends the thread."""
        if self._thread is not None:
            self.stop()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)
            self._thread = None
            self._loop.close()

    def __enter__(self) -> RtspServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _count(self, name: str) -> int:
        return sum(connection.plays(name) for connection in self._connections)

    async def _open(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, self.host, self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in list(self._connections):
            connection.abort()
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, self._cameras)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)
