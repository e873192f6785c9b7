"""Our own programs as parts: the five services, the delivery worker, the front door, the simulated cameras."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK, answers, choose
from haetae.http.serving import Serving

_OF_THE_DOOR = frozenset({"HAETAE_HTTP__CERT_FILE", "HAETAE_HTTP__KEY_FILE"})


class Program:
    """`python -m <module>` with an environment, and no port that could be asked.

    Programs talk on loopback, without TLS: a certificate in the supervisor's environment is the front door's, told by argument.
    """

    remark: str | None = None
    port: int | None = None

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], stop_within_s: float = 15.0) -> None:
        self.name = name
        self._words = words
        self._env = env
        self._stop_within_s = stop_within_s

    def prepare(self) -> None:
        """Nothing: programs keep nothing of their own."""

    def command(self) -> Command:
        argv = [sys.executable, "-m", *self._words]
        return Command(argv=argv, env=self._env, without=_OF_THE_DOOR, stop_within_s=self._stop_within_s)

    def not_ready(self) -> str | None:
        return None

    def hangs(self) -> bool:
        return False

    def provision(self) -> None:
        """Nothing."""


class Listener(Program):
    """A program that is ready when its TCP port accepts connections."""

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], port: int) -> None:
        super().__init__(name, words, env)
        self.port: int = port

    def not_ready(self) -> str | None:
        return None if answers(self.port) else "its port is closed"


class WebService(Listener):
    """A program with /healthz and /readyz."""

    scheme = "http"

    def not_ready(self) -> str | None:
        try:
            answer = self._get("/readyz", within_s=2.0)
        except httpx.HTTPError as error:
            return f"no answer yet ({type(error).__name__})"
        return None if answer.is_success else _problems(answer)

    def hangs(self) -> bool:
        try:
            self._get("/healthz", within_s=3.0)
        except httpx.HTTPError:
            return True
        return False

    def _get(self, path: str, within_s: float) -> httpx.Response:
        """From loopback, where a certificate for the box's own name does not fit: it is not looked at."""
        return httpx.get(f"{self.scheme}://{LOOPBACK}:{self.port}{path}", timeout=within_s, trust_env=False, verify=False)


class Door(WebService):
    """The front door, with TLS where `how` names a certificate."""

    def __init__(self, host: str, port: int, upstreams: Mapping[str, str], how: Serving) -> None:
        words = ["haetae.embedded.gateway", f"--host={host}", f"--port={port}"]
        words += [f"--{name}={address}" for name, address in upstreams.items()]
        files = how.certificate()
        if files is not None:
            self.scheme = "https"
            words += [f"--cert-file={files[0]}", f"--key-file={files[1]}"]
        super().__init__("door", words, {}, port)


def simulated_cameras(clips: Path, cache: Path, preferred_port: int = 8554, began_at: float | None = None) -> Listener:
    """Every clip of a folder as a live RTSP camera; with `began_at` (Unix seconds) as if all of them had begun then."""
    port = choose(preferred_port, set())
    words = ["haetae.simulator", "--clips", str(clips.resolve()), "--port", str(port), "--cache", str(cache)]
    words += [f"--began-at={began_at}"] if began_at is not None else []
    return Listener("cameras", words, {}, port)


def _problems(answer: httpx.Response) -> str:
    """In words what a problem+json of /readyz says."""
    try:
        told = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    problems = told.get("problems") if isinstance(told, dict) else None
    if isinstance(problems, dict):
        return "; ".join(f"{name}: {why}" for name, why in problems.items())
    return str(told.get("detail", f"HTTP {answer.status_code}")) if isinstance(told, dict) else f"HTTP {answer.status_code}"
