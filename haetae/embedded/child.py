"""One child process in a process group of its own: started, watched, and ended for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from haetae.embedded.part import Command, Part
from haetae.errors import Misconfigured


class Child:
    """A started process. Its output goes to the log file; its group receives every signal."""

    def __init__(self, name: str, command: Command, log: Path) -> None:
        self.name = name
        self.command = command
        self.log = log
        self._asked = False
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            try:
                self._process = subprocess.Popen(
                    list(command.argv),
                    env={name: value for name, value in os.environ.items() if name not in command.without} | dict(command.env),
                    cwd=command.cwd,
                    stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                    user=command.run_as,
                    group=command.run_as,
                )
            except OSError as error:
                raise Misconfigured(f"{name} could not be started: {error.strerror}", program=command.argv[0]) from error
        if self._process.stdin is not None:
            with suppress(BrokenPipeError), self._process.stdin as pipe:
                pipe.write(command.stdin or b"")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; the negative signal number when a signal ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send the signal, once, and do not wait."""
        if self.exit_code is None and not self._asked:
            self._asked = True
            with suppress(ProcessLookupError):
                os.kill(self.pid, self.command.stop_signal)

    def stop(self) -> None:
        """Ask, wait `stop_within_s`, then kill the whole group. Returns when the process is gone."""
        self.ask_to_stop()
        if self.exit_code is None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self.command.stop_within_s)
        self.kill()

    def kill(self) -> None:
        """End the group at once, with whatever the process left behind in it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def last_words(self, n_lines: int = 5) -> str:
        """The end of the log: what the process said before it died."""
        with suppress(OSError), self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4096))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-n_lines:])
        return ""


def end_leftovers(processes: Iterable[tuple[int, float]], within_s: float = 15.0) -> set[int]:
    """End process groups that an earlier, killed supervisor left behind, side by side; the pids that were still there.

    Each is (pid, psutil's create_time): a process that merely got the same number is left alone.
    """
    found: list[psutil.Process] = []
    for pid, created_at in processes:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if abs(process.create_time() - created_at) <= 1.0:
                process.terminate()
                found.append(process)
    psutil.wait_procs(found, timeout=within_s)
    for process in found:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(found, timeout=within_s)
    return {process.pid for process in found}


def wait_until_ready(part: Part, child: Child, within_s: float) -> None:
    """Returns when the part serves. Raises Misconfigured with the end of its log when it dies or does not come up in time."""
    deadline = time.monotonic() + within_s
    why: str | None = "not asked yet"
    while why is not None:
        if child.exit_code is not None:
            raise Misconfigured(f"{part.name} ended with {child.exit_code} at its start: {child.last_words()}", log=child.log)
        if time.monotonic() > deadline:
            raise Misconfigured(f"{part.name} was not ready within {within_s:.0f} s ({why}): {child.last_words()}", log=child.log)
        why = part.not_ready()
        if why is not None:
            time.sleep(0.05)


@contextmanager
def running(part: Part, log: Path, within_s: float = 60.0) -> Iterator[Child]:
    """The part, prepared, started, ready and provisioned, for as long as the block lasts."""
    part.prepare()
    child = Child(part.name, part.command(), log)
    try:
        wait_until_ready(part, child, within_s)
        part.provision()
        yield child
    finally:
        child.stop()
