"""Simulated cameras that send unasked: to an RTSP server (ANNOUNCE and RECORD, RFC 2326 10.3, 10.11), or plain RTP to a port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from haetae.domain.camera import Credentials
from haetae.errors import Misconfigured, Transient
from haetae.media.rtsp_authorization import Authorization
from haetae.simulator.serving.description import described
from haetae.simulator.serving.playout import Playout, SimulatedCamera

_ANSWER_WITHIN_S = 5.0
_LARGEST_REPLY_BYTES = 64 << 10


class Push:
    """Sends one camera to `target` for as long as the block lasts: rtsp://[user:password@]host[:port]/path or rtp://host:port.

    Entering the block raises Misconfigured for a target that is no such URL, Transient where nobody takes the stream.
    """

    def __init__(self, camera: SimulatedCamera, target: str) -> None:
        self._camera = camera
        self._to = _checked(target)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="push", daemon=True)
        self._sending: asyncio.Task[None] | None = None
        self._rtsp: _RecordingSession | None = None
        self._sockets: list[socket.socket] = []

    @property
    def is_sending(self) -> bool:
        """False once the receiver has gone."""
        return self._sending is not None and not self._sending.done()

    def write_sdp(self, path: Path) -> None:
        """What a receiver of plain RTP has to be given before the stream begins."""
        path.write_text(described(self._camera, self._to.hostname or "", self._to.port or 0), encoding="utf-8")

    def __enter__(self) -> Push:
        self._thread.start()
        begun = False
        try:
            asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(timeout=4 * _ANSWER_WITHIN_S)
            begun = True
        except (OSError, TimeoutError) as error:
            why = getattr(error, "strerror", None) or "no answer"
            raise Transient(f"Nobody takes the stream at {self._to.hostname}: {why}") from error
        finally:
            if not begun:
                self.__exit__()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=_ANSWER_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=_ANSWER_WITHIN_S)
        self._loop.close()

    async def _begin(self) -> None:
        if self._to.scheme == "rtsp":
            self._rtsp = _RecordingSession(self._camera, self._to)
            await self._rtsp.open()
            playout = Playout(self._camera, self._rtsp.send, self._rtsp.close)
        else:
            self._open_sockets()
            playout = Playout(self._camera, self._send_datagrams, lambda: None, paced=True)
        self._sending = self._loop.create_task(playout.run())

    async def _end(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        if self._rtsp is not None:
            self._rtsp.close()
        for each in self._sockets:
            each.close()
        await asyncio.sleep(0.05)  # the loop closes what was given up

    def _open_sockets(self) -> None:
        host, port = self._to.hostname or "", self._to.port or 0
        for offset in (0, 1):  # RTP, RTCP
            family, kind, protocol, _, address = socket.getaddrinfo(host, port + offset, type=socket.SOCK_DGRAM)[0]
            sender = socket.socket(family, kind, protocol)
            sender.setblocking(False)
            sender.connect(address)
            self._sockets.append(sender)

    def _send_datagrams(self, packets: list[bytes], control: bool) -> None:
        for packet in packets:
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):  # nobody listens yet: the packet is lost
                self._sockets[control].send(packet)


class _RecordingSession:
    """The client's side of RECORD, media interleaved in the same connection (RFC 2326, 10.12)."""

    def __init__(self, camera: SimulatedCamera, to: SplitResult) -> None:
        self._camera = camera
        host = f"[{to.hostname}]" if ":" in (to.hostname or "") else to.hostname
        self._url = f"rtsp://{host}:{to.port or 554}{to.path}"
        self._host, self._port = to.hostname or "", to.port or 554
        self._credentials = Credentials(to.username, to.password or "") if to.username else None
        self._authorization: Authorization | None = None
        self._sequence = 0
        self._session = ""

    async def open(self) -> None:
        """Raises OSError, TimeoutError; Misconfigured where the server refuses."""
        async with asyncio.timeout(2 * _ANSWER_WITHIN_S):
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
            await self._asked("OPTIONS", self._url)
            body = described(self._camera).encode()
            await self._asked("ANNOUNCE", self._url, {"Content-Type": "application/sdp"}, body)
            transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record"}
            answer = await self._asked("SETUP", f"{self._url.rstrip('/')}/track1", transport)
            self._session = answer.get("session", "").partition(";")[0]
            await self._asked("RECORD", self._url, {"Range": "npt=0.000-"})
        self._draining = asyncio.create_task(self._drain())

    def send(self, packets: list[bytes], control: bool) -> None:
        """Packets into the connection. Raises ConnectionError once the server has gone."""
        if self._writer.is_closing():
            raise ConnectionResetError("the server has gone")
        self._writer.write(b"".join([struct.pack("!cBH", b"$", int(control), len(packet)) + packet for packet in packets]))

    def close(self) -> None:
        if hasattr(self, "_draining"):
            self._draining.cancel()
        if hasattr(self, "_writer") and not self._writer.is_closing():
            if self._session:
                self._writer.write(self._request("TEARDOWN", self._url, {}))
            self._writer.close()

    async def _drain(self) -> None:
        """Reads what the server sends (its RTCP), so that it never has to wait; closes when it leaves."""
        while await self._reader.read(4096):
            pass
        self._writer.close()

    async def _asked(self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> dict[str, str]:
        self._writer.write(self._request(method, url, headers or {}, body))
        status, answer, challenges = await self._answer()
        if status == 401 and self._credentials is not None and self._authorization is None:
            self._authorization = Authorization(self._credentials, challenges)
            if self._authorization.possible:
                return await self._asked(method, url, headers, body)
        if status != 200:
            raise Misconfigured(f"The RTSP server answers {method} with {status}", server=f"{self._host}:{self._port}")
        return answer

    def _request(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> bytes:
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}", "User-Agent: haetae-simulator"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Session: {self._session}"] if self._session else []
        lines += [f"Authorization: {self._authorization.header(method, url)}"] if self._authorization else []
        lines += [f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _answer(self) -> tuple[int, dict[str, str], list[str]]:
        """(status, headers, challenges) of the next reply."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace")
            lines = head.split("\r\n")
            status = int(lines[0].split(" ")[1])
            pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
            headers = dict(pairs)
            await self._reader.readexactly(min(int(headers.get("content-length", 0)), _LARGEST_REPLY_BYTES))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as error:
            raise ConnectionResetError("what answers is no RTSP server") from error
        return status, headers, [value for name, value in pairs if name == "www-authenticate"]


def _checked(target: str) -> SplitResult:
    wrong = "A stream is pushed to rtsp://host/path or rtp://host:port (an even port)"
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        raise Misconfigured(wrong) from None
    if not parts.hostname or parts.scheme not in ("rtsp", "rtp"):
        raise Misconfigured(wrong)
    if parts.scheme == "rtp" and (port is None or port % 2 or port > 65_534):
        raise Misconfigured(wrong)
    return parts
