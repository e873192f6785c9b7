"""Our own programs as parts: the five services, the delivery worker, the front door, the simulated cameras."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK, answers, choose


class Program:
    """`python -m <module>` with an environment, and no port that could be asked."""

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
        return Command(argv=[sys.executable, "-m", *self._words], env=self._env, stop_within_s=self._stop_within_s)

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

    def not_ready(self) -> str | None:
        try:
            answer = httpx.get(f"http://{LOOPBACK}:{self.port}/readyz", timeout=2.0, trust_env=False)
        except httpx.HTTPError as error:
            return f"no answer yet ({type(error).__name__})"
        return None if answer.is_success else _problems(answer)

    def hangs(self) -> bool:
        try:
            httpx.get(f"http://{LOOPBACK}:{self.port}/healthz", timeout=3.0, trust_env=False)
        except httpx.HTTPError:
            return True
        return False


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
