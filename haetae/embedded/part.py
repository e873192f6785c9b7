"""What the supervisor needs to know of anything that it runs: how to start it, when it is ready, how to end it."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Command:
    """One process to start. Secrets go through `env` or `stdin`, never through `argv`, which every user can read."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)  # added to the supervisor's own environment
    without: frozenset[str] = frozenset()  # what of that environment the process must not see
    stdin: bytes | None = None  # written once, then closed
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0  # after that the process group is killed
    run_as: int | None = None  # user id to become; only a supervisor that runs as root can


class Part(Protocol):
    """A process of the stack. `prepare` and `provision` are idempotent: a part may be started many times on the same folder."""

    @property
    def name(self) -> str: ...

    @property
    def port(self) -> int | None:
        """The TCP port on loopback that others use, if any."""

    @property
    def remark(self) -> str | None:
        """What a reader of the status should know about this part."""

    def prepare(self) -> None:
        """Everything before a start: folders, data directory, configuration. Raises Misconfigured."""

    def command(self) -> Command: ...

    def not_ready(self) -> str | None:
        """None when the part serves; else, in a few words, why not yet. Bounded in time."""

    def hangs(self) -> bool:
        """True when a running part answers nobody, so that only a restart can help. Bounded in time."""

    def provision(self) -> None:
        """Everything that needs the running part: roles, databases. Transient: the part is started once more."""
