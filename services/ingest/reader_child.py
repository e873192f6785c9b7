"""A reader process, seen from the worker: started in a process group of its own, told what to read, killed when it hangs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from services.ingest.errands import Beat, Orders, Status, beat_from_line, orders_to_bytes

_STARTING_S = 20.0  # until the first beat, on a busy machine


class ReaderChild:
    """One running reader. Nothing here blocks: a child that does not read its orders is as good as hung."""

    def __init__(self, *, for_recordings: bool, beat_s: float, hang_s: float) -> None:
        self._beat_s, self._hang_s = beat_s, hang_s
        self._beat = Beat(())
        self._beat_at_s = time.monotonic() + _STARTING_S
        self._deaf = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "services.ingest.reader", "recordings" if for_recordings else "live"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=False,
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._listener = threading.Thread(target=self._listen, name=f"reader-{self.pid}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def statuses(self) -> tuple[Status, ...]:
        """As of the last beat."""
        return self._beat.statuses

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """Frames by camera and fate since the process began."""
        return {camera: dict(fates) for camera, fates in self._beat.totals.items()}

    def tell(self, orders: Orders) -> None:
        """Gives the child its orders. They replace those before."""
        assert self._process.stdin is not None
        data = orders_to_bytes(orders)
        try:
            self._deaf |= os.write(self._process.stdin.fileno(), data) != len(data)
        except OSError:
            self._deaf = True

    def problem(self) -> str | None:
        """Why it must be killed, or None."""
        code = self._process.poll()
        if code is not None:
            return f"it ended with {code}"
        silent_s = time.monotonic() - self._beat_at_s
        if silent_s > self._beat_s:
            return f"it said nothing for {silent_s:.0f} s"
        if self._deaf:
            return "it takes no orders"
        hung = self.hung()
        return f"{', '.join(hung)} hung" if hung else None

    def hung(self) -> list[str]:
        """Errands whose thread is stuck."""
        return [status.name for status in self._beat.statuses if status.turn_age_s > self._hang_s]

    def ask_to_end(self) -> None:
        """Closes its orders: it stops reading, publishes what waits, and ends."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """Ends the whole process group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.ask_to_end()
        self._process.wait(timeout=10)
        self._listener.join(timeout=2)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    beat = beat_from_line(line.decode("utf-8", "replace"))
                except (ValueError, KeyError, TypeError):
                    continue  # not a beat: silence will end it
                self._beat, self._beat_at_s = beat, time.monotonic()
