"""The life of one part under supervision, as a small state machine that is looked at a few times a second."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from haetae.embedded.child import Child
from haetae.embedded.part import Part
from haetae.embedded.state import PartState, Phase, created_at
from haetae.errors import Misconfigured, Transient

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
_CALM_AFTER_S = 60.0  # ready for so long, the next death counts as the first one
_PROBE_EVERY_S = 2.0
_LARGEST_LOG_BYTES = 32 << 20
_START_WITHIN_S = 180.0


class Watch:
    """One part, its process, and what is known about it. Only the supervisor's thread calls it."""

    def __init__(self, part: Part, log: Path, needs: frozenset[str] = frozenset(), hung_after_s: float = 60.0) -> None:
        self.part = part
        self.needs = needs  # parts that must have been ready once before this one is started
        self.phase = Phase.WAITING
        self.why: str | None = None
        self.restarts = 0
        self.was_ready = False
        self._log = log
        self._hung_after_s = hung_after_s
        self._child: Child | None = None
        self._since = time.time()
        self._entered = time.monotonic()
        self._pause_s = _FIRST_PAUSE_S
        self._answered = time.monotonic()
        self._probed = 0.0

    def step(self, ready_parts: frozenset[str]) -> None:
        """Look once, and act on what is seen. Raises Misconfigured when the very first start cannot succeed."""
        match self.phase:
            case Phase.WAITING if self.needs <= ready_parts:
                self._start()
            case Phase.BACKING_OFF if self._in_phase_s() >= self._pause_s:
                self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
                self.restarts += 1
                self._start()
            case Phase.STARTING:
                self._look_at_start()
            case Phase.READY | Phase.UNREADY:
                self._look_at_running()

    def ask_to_stop(self) -> None:
        """Tell the process to end, and do not wait."""
        if self._child is not None:
            self._child.ask_to_stop()

    def stop(self) -> None:
        """End the process and all that it started."""
        if self._child is not None:
            self._child.stop()
        self._enter(Phase.STOPPED)

    def state(self) -> PartState:
        pid = self._child.pid if self._child is not None and self._child.exit_code is None else None
        return PartState(
            name=self.part.name,
            phase=self.phase,
            since=self._since,
            port=self.part.port,
            pid=pid,
            created_at=created_at(pid) if pid is not None else None,
            restarts=self.restarts,
            why=self.why,
            remark=self.part.remark,
            needs_others=bool(self.needs),
        )

    def last_words(self) -> str:
        return self._child.last_words() if self._child is not None else ""

    def _start(self) -> None:
        try:
            self.part.prepare()
            self._child = Child(self.part.name, self.part.command(), self._log)
        except Misconfigured as error:
            if not self.was_ready:
                raise
            self._back_off(error.message)  # it has worked before: a full disk, too many processes
            return
        self._enter(Phase.STARTING)

    def _look_at_start(self) -> None:
        assert self._child is not None
        if self._child.exit_code is not None:
            self._died()
            return
        why = self.part.not_ready()
        if why is None:
            try:
                self.part.provision()
            except (Transient, Misconfigured) as error:
                self._child.stop()
                if isinstance(error, Misconfigured) and not self.was_ready:
                    raise
                self._back_off(error.message)
                return
            self.was_ready = True
            self._answered = time.monotonic()
            self._enter(Phase.READY)
        elif self._in_phase_s() > _START_WITHIN_S:
            self._child.stop()
            self._back_off(f"not ready within {_START_WITHIN_S:.0f} s: {why}")
        else:
            self.why = why

    def _look_at_running(self) -> None:
        assert self._child is not None
        if self._child.exit_code is not None:
            self._died()
            return
        if self.phase is Phase.READY and self._in_phase_s() > _CALM_AFTER_S:
            self._pause_s = _FIRST_PAUSE_S
        now = time.monotonic()
        if now - self._probed < _PROBE_EVERY_S:
            return
        self._probed = now
        self._bound_log()
        why = self.part.not_ready()
        if (why is None) != (self.phase is Phase.READY):
            self._enter(Phase.READY if why is None else Phase.UNREADY)
        self.why = why
        if why is None or not self.part.hangs():
            self._answered = now
        elif now - self._answered > self._hung_after_s:
            self._child.kill()
            self._back_off(f"answered nobody for {self._hung_after_s:.0f} s")

    def _bound_log(self) -> None:
        """The log's older part goes to `<log>.1`. The process appends, so the file may be emptied under it."""
        if self._log.stat().st_size > _LARGEST_LOG_BYTES:
            shutil.copyfile(self._log, self._log.with_suffix(".log.1"))
            os.truncate(self._log, 0)

    def _died(self) -> None:
        assert self._child is not None
        code = self._child.exit_code
        self._child.kill()  # what it left in its group
        if not self.was_ready and self.restarts >= 3:
            raise Misconfigured(f"{self.part.name} does not start ({code}): {self._child.last_words()}", log=self._log)
        self._back_off(f"ended with {code}")

    def _back_off(self, why: str) -> None:
        self._enter(Phase.BACKING_OFF)
        self.why = why

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.why = None
        self._since = time.time()
        self._entered = time.monotonic()

    def _in_phase_s(self) -> float:
        return time.monotonic() - self._entered
