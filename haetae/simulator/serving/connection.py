"""One RTSP connection: requests, answers, and the session that plays through it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
from collections.abc import Mapping
from urllib.parse import urlsplit

from haetae.simulator.serving.description import described
from haetae.simulator.serving.digest import challenge, permitted
from haetae.simulator.serving.playout import Playout, SimulatedCamera

MAX_UNSENT_BYTES = 8 << 20  # a viewer that reads no more is let go
_WORDS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
}
_WORDS |= {454: "Session Not Found", 461: "Unsupported Transport", 500: "Internal Server Error", 503: "Service Unavailable"}


class Connection:
    """Serves one client until it leaves."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cameras: Mapping[str, SimulatedCamera]
    ) -> None:
        self._reader, self._writer, self._cameras = reader, writer, cameras
        self._session = secrets.token_hex(8)
        self._nonce = secrets.token_hex(16)
        self._camera: SimulatedCamera | None = None
        self._playing: asyncio.Task[None] | None = None
        self._channels: tuple[int, int] | None = None  # interleaved
        self._sockets: list[socket.socket] = []  # RTP and RTCP over UDP
        self._targets: list[tuple[str, int]] = []

    def plays(self, name: str) -> bool:
        """Whether the camera `name` is playing here."""
        return self._playing is not None and not self._playing.done() and self._camera is not None and self._camera.name == name

    def abort(self) -> None:
        """Ends the connection at once, as a camera does that loses its power but not its network."""
        self._stop_playing()
        self._writer.transport.abort()

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def serve(self) -> None:
        try:
            while await self._one_request():
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client left, or speaks something else
        finally:
            self._stop_playing()
            for each in self._sockets:
                each.close()
            self._writer.close()

    def _stop_playing(self) -> None:
        if self._playing is not None:
            self._playing.cancel()

    async def _one_request(self) -> bool:
        first = await self._reader.readexactly(1)
        if first == b"$":  # the client's own RTCP
            _, length = struct.unpack("!BH", await self._reader.readexactly(3))
            await self._reader.readexactly(length)
            return True
        lines = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace").split("\r\n")
        method, url, _ = lines[0].split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if int(headers.get("content-length", 0)):
            await self._reader.readexactly(int(headers["content-length"]))
        return await self._answer(method, url, headers)

    async def _answer(self, method: str, url: str, headers: dict[str, str]) -> bool:
        sequence = headers.get("cseq", "0")
        name = urlsplit(url).path.strip("/").removesuffix("/track1")
        camera = self._cameras.get(name)
        if camera is None and method != "OPTIONS":
            return self._reply(sequence, 404)
        while camera is not None and camera.faults.silent:
            await asyncio.sleep(0.05)
        if method == "OPTIONS":
            return self._reply(sequence, 200, {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"})
        if camera is None or (camera.username and not permitted(headers, method, self._nonce, camera.username, camera.password)):
            return self._reply(sequence, 401, {"WWW-Authenticate": challenge(self._nonce)})
        self._camera = camera
        match method:
            case "DESCRIBE":
                return self._describe(sequence, url, camera)
            case "SETUP":
                return await self._setup(sequence, headers, camera)
            case "PLAY":
                return self._play(sequence, url, camera)
            case "GET_PARAMETER" | "SET_PARAMETER":
                return self._reply(sequence, camera.faults.session_status or 200, {"Session": self._session})
            case "TEARDOWN":
                self._reply(sequence, 200, {"Session": self._session})
                return False
        return self._reply(sequence, 400)

    def _describe(self, sequence: str, url: str, camera: SimulatedCamera) -> bool:
        status = camera.faults.describe_status
        if status is not None:
            location = {"Location": camera.faults.location} if camera.faults.location else {}
            return self._reply(sequence, status, location)
        body = described(camera).encode()
        return self._reply(sequence, 200, {"Content-Base": url.rstrip("/") + "/", "Content-Type": "application/sdp"}, body)

    async def _setup(self, sequence: str, headers: dict[str, str], camera: SimulatedCamera) -> bool:
        await asyncio.sleep(camera.faults.setup_delay_s)
        if camera.faults.setup_status is not None:
            return self._reply(sequence, camera.faults.setup_status)
        wanted = headers.get("transport", "").split(",")[0]
        options = dict(part.partition("=")[::2] for part in wanted.split(";")[1:])
        if "TCP" in wanted.split(";")[0].upper():
            self._channels = _pair(options.get("interleaved", "0-1"))
            transport = f"RTP/AVP/TCP;unicast;interleaved={self._channels[0]}-{self._channels[1]}"
        elif "client_port" in options:
            transport = self._open_udp(_pair(options["client_port"]))
        else:
            return self._reply(sequence, 461)
        return self._reply(sequence, 200, {"Session": f"{self._session};timeout=60", "Transport": transport})

    def _open_udp(self, client: tuple[int, int]) -> str:
        peer, own = self._writer.get_extra_info("peername")[0], self._writer.get_extra_info("sockname")[0]
        for each in self._sockets:
            each.close()
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        for each in self._sockets:
            each.setblocking(False)
            each.bind((own, 0))
        self._targets = [(peer, port) for port in client]
        ports = "-".join(str(each.getsockname()[1]) for each in self._sockets)
        return f"RTP/AVP;unicast;client_port={client[0]}-{client[1]};server_port={ports}"

    def _play(self, sequence: str, url: str, camera: SimulatedCamera) -> bool:
        if camera.faults.play_status is not None or (self._channels is None and not self._targets):
            return self._reply(sequence, camera.faults.play_status or 454)
        self._reply(sequence, 200, {"Session": self._session, "Range": "npt=now-", "RTP-Info": f"url={url.rstrip('/')}/track1"})
        self._stop_playing()
        send = self._send_udp if self._targets else self._send_interleaved
        self._playing = asyncio.create_task(Playout(camera, send, self.reset, paced=bool(self._targets)).run())
        return True

    def _send_interleaved(self, packets: list[bytes], control: bool) -> None:
        assert self._channels is not None
        if self._writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.abort()
            return
        channel = self._channels[1 if control else 0]
        self._writer.write(b"".join([struct.pack("!cBH", b"$", channel, len(packet)) + packet for packet in packets]))

    def _send_udp(self, packets: list[bytes], control: bool) -> None:
        sender, target = self._sockets[control], self._targets[control]
        for packet in packets:
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):  # as on a real network: the packet is lost
                sender.sendto(packet, target)

    def _reply(self, sequence: str, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bool:
        lines = [f"RTSP/1.0 {status} {_WORDS.get(status, 'Error')}", f"CSeq: {sequence}", "Server: haetae-simulator"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return True


def _pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition("-")
    return int(first), int(second or int(first) + 1)
