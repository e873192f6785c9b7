"""One server of a control plane, as `haetae.embedded.child.running` starts, watches and ends it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK

_ANYBODY = ssl.create_default_context()
_ANYBODY.check_hostname = False  # only asked whether it is well; some of the servers sign for themselves
_ANYBODY.verify_mode = ssl.CERT_NONE


class Server:
    """A program that is ready once `health`, a path on its port, answers 200."""

    remark = None

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        port: int,
        *,
        health: str,
        folder: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """`health`: such as "https /readyz"; `folder`: where the program runs; `env`: what is added to its environment."""
        self.name = program.name
        self.port = port
        self._argv = [str(program), *arguments]
        scheme, path = health.split()
        self._health = f"{scheme}://{LOOPBACK}:{port}{path}"
        self._folder = folder
        self._env = dict(env or {})

    def prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> Command:
        return Command(argv=self._argv, env=self._env, cwd=self._folder)

    def not_ready(self) -> str | None:
        try:
            with urlopen(self._health, timeout=2, context=_ANYBODY):  # anything but 2xx is raised
                return None
        except (URLError, OSError) as why:
            return str(why)

    def hangs(self) -> bool:
        return False

    def provision(self) -> None:
        """Nothing: what the cluster holds at first is applied once all servers run."""
