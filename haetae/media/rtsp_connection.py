"""One TCP (or TLS) connection to an RTSP camera: requests, answers, interleaved packets; every wait has an end."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from haetae.domain.camera import Credentials
from haetae.media.address import PinnedAddress
from haetae.media.rtsp_authorization import Authorization
from haetae.media.trouble import CameraTrouble, TroubleKind

_RECEIVE_BYTES = 256 << 10
MAX_MESSAGE_BYTES = 256 << 10  # a text answer is never longer; a liar's memory ends here
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Interleaved:
    """A binary packet between the answers (RFC 2326, 10.12)."""

    channel: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. Header names are lower case; `challenges` are all values of WWW-Authenticate."""

    status: int
    reason: str
    headers: dict[str, str]
    challenges: tuple[str, ...]
    body: bytes = field(repr=False)


class RtspConnection:
    """Speaks to exactly the address that was checked. It follows no redirect. Raises CameraTrouble from every method."""

    def __init__(self, address: PinnedAddress, credentials: Credentials | None, *, connect_s: float, answer_s: float) -> None:
        self._answer_s = answer_s
        self._credentials = credentials
        self._authorization: Authorization | None = None
        self._sequence = 0
        self._session = ""
        self._buffer = bytearray()
        self._early: list[Interleaved | Answer] = []  # came together with an answer
        self.socket = _connected(address, connect_s)

    def close(self) -> None:
        self.socket.close()

    def request(self, method: str, url: str, headers: Mapping[str, str] = _NO_HEADERS) -> Answer:
        """The camera's good answer; asks again with a proof of who we are where it wants one."""
        for attempt in range(2):
            self.send(method, url, headers)
            answer = self._answer()
            if answer.status != 401:
                break
            self._prepare_authorization(answer, first=attempt == 0)
        if 300 <= answer.status < 400:
            raise CameraTrouble(f"The camera redirects ({answer.status}); redirects are not followed.", TroubleKind.REDIRECTED)
        if answer.status >= 400:
            raise CameraTrouble(f"The camera answered {method} with {answer.status} {answer.reason}"[:120], TroubleKind.REFUSED)
        self._session = answer.headers.get("session", self._session).partition(";")[0].strip()
        return answer

    def send(self, method: str, url: str, headers: Mapping[str, str] = _NO_HEADERS) -> None:
        """Sends a request without waiting for its answer."""
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}", "User-Agent: haetae"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self._session:
            lines.append(f"Session: {self._session}")
        if self._authorization is not None:
            lines.append(f"Authorization: {self._authorization.header(method, url)}")
        try:
            self.socket.settimeout(2.0)
            self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        except OSError as error:
            raise _lost(error) from None

    def receive(self, until_s: float) -> list[Interleaved | Answer]:
        """What is there, waiting for more until `until_s` (monotonic seconds) where nothing is. Raises CameraTrouble (LOST)."""
        found = [*self._early, *self._parsed()]
        self._early = []
        if not found and self._fill(until_s):
            found = list(self._parsed())
        return found

    def _prepare_authorization(self, answer: Answer, *, first: bool) -> None:
        if self._credentials is None:
            raise CameraTrouble("The camera asks for a user name and a password; none are stored.", TroubleKind.UNAUTHORISED)
        authorization = Authorization(self._credentials, answer.challenges)
        if not authorization.possible:
            raise CameraTrouble("The camera's kind of authentication is not supported.", TroubleKind.UNSUPPORTED)
        if not first:
            raise CameraTrouble("The camera does not accept the user name and password.", TroubleKind.UNAUTHORISED)
        self._authorization = authorization

    def _answer(self) -> Answer:
        until_s = time.monotonic() + self._answer_s
        while True:
            found = self.receive(until_s)
            for i, message in enumerate(found):
                if isinstance(message, Answer) and message.headers.get("cseq", "").strip() == str(self._sequence):
                    self._early = found[i + 1 :]
                    return message
            if time.monotonic() >= until_s:
                raise CameraTrouble("The camera accepts connections and does not answer.", TroubleKind.NO_ANSWER)

    def _fill(self, until_s: float) -> bool:
        try:
            self.socket.settimeout(max(0.001, until_s - time.monotonic()))
            data = self.socket.recv(_RECEIVE_BYTES)
        except TimeoutError:
            return False
        except OSError as error:
            raise _lost(error) from None
        if not data:
            raise CameraTrouble("The camera closed the connection.", TroubleKind.LOST)
        self._buffer += data
        return True

    def _parsed(self) -> Iterator[Interleaved | Answer]:
        buffer, at = self._buffer, 0
        while at < len(buffer):
            if buffer[at] == 0x24:
                if at + 4 > len(buffer):
                    break
                end = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
                if end > len(buffer):
                    break
                yield Interleaved(buffer[at + 1], bytes(buffer[at + 4 : end]))
                at = end
                continue
            message_end = _end_of_message(buffer, at)
            if message_end is None:
                break
            answer = _parse(bytes(buffer[at:message_end]))
            if answer is not None:
                yield answer
            at = message_end
        del buffer[:at]


def _end_of_message(buffer: bytearray, at: int) -> int | None:
    """Where the text message that begins at `at` ends; None where it is not complete. Raises CameraTrouble for noise."""
    end = buffer.find(b"\r\n\r\n", at, at + MAX_MESSAGE_BYTES)
    if end < 0:
        if len(buffer) - at > MAX_MESSAGE_BYTES:
            raise CameraTrouble("The camera sends something that is not RTSP.", TroubleKind.UNREADABLE)
        return None
    length = 0
    for line in bytes(buffer[at:end]).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            digits = line.partition(b":")[2].strip()
            length = int(digits) if digits.isdigit() and len(digits) < 9 else 0
    if length > MAX_MESSAGE_BYTES:
        raise CameraTrouble("The camera announces an answer that is too long.", TroubleKind.UNREADABLE)
    return end + 4 + length if end + 4 + length <= len(buffer) else None


def _parse(message: bytes) -> Answer | None:
    """An answer, or None for a request of the camera's own, which needs no reply."""
    head, _, body = message.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").lstrip("\r\n").split("\r\n")
    words = first.split(" ", 2)
    if not first.startswith("RTSP/"):
        if " RTSP/" in first:
            return None
        raise CameraTrouble("The camera sends something that is not RTSP.", TroubleKind.UNREADABLE)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) == 3 else 500
    pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    challenges = tuple(value for name, value in pairs if name == "www-authenticate")
    return Answer(status, _printable(words[2] if len(words) > 2 else ""), dict(pairs), challenges, body)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:60]


def _connected(address: PinnedAddress, connect_s: float) -> socket.socket:
    try:
        plain = socket.create_connection((address.ip, address.port), timeout=connect_s)
    except TimeoutError:
        raise CameraTrouble("Nothing answers at the camera's address.", TroubleKind.UNREACHABLE) from None
    except OSError as error:
        raise CameraTrouble(f"The camera cannot be reached: {error.strerror}.", TroubleKind.UNREACHABLE) from None
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address.scheme != "rtsps":
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # cameras sign their own; the address is pinned
    try:
        return context.wrap_socket(plain, server_hostname=address.host)
    except OSError as error:
        plain.close()
        raise CameraTrouble(f"The camera does not speak TLS: {type(error).__name__}.", TroubleKind.UNREACHABLE) from None


def _lost(error: OSError) -> CameraTrouble:
    return CameraTrouble(f"The connection to the camera was lost: {error.strerror or type(error).__name__}.", TroubleKind.LOST)
