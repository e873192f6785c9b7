"""All reader processes of a worker: as many as are needed, each replaced when it dies or hangs."""

from __future__ import annotations

import time
from collections.abc import Mapping

from haetae.telemetry import logs
from services.ingest.errands import Errand, Orders, Status
from services.ingest.grouping import Group, regrouped
from services.ingest.reader_child import ReaderChild
from services.ingest.settings import IngestSection

_TELL_EVERY_S = 1.0
_END_WITHIN_S = 6.0


class Readers:
    """Keeps a process a group. Call `turn` a few times a second, from one thread."""

    def __init__(self, settings: IngestSection) -> None:
        self._settings = settings
        self._groups: list[Group] = []
        self._children: dict[int, ReaderChild] = {}
        self._ending: dict[ReaderChild, float] = {}
        self._alone: set[str] = set()
        self._started_s: dict[int, list[float]] = {}
        self._told_s = 0.0
        self._known: Mapping[str, Errand] = {}
        self._lost_totals: dict[str, dict[str, int]] = {}
        self.n_restarts = 0

    def turn(self, errands: Mapping[str, Errand], publish_until_s: Mapping[str, float]) -> None:
        """Reads exactly `errands` from now on."""
        self._replace_broken()
        changed = dict(errands) != dict(self._known)
        if changed:
            self._known = dict(errands)
        self._groups = regrouped(self._groups, errands, self._alone, self._settings.group_size)
        self._match_children()
        if changed or time.monotonic() - self._told_s >= _TELL_EVERY_S:
            self._told_s = time.monotonic()
            for group in self._groups:
                if group.number in self._children:
                    mine = tuple(errands[name] for name in group.names)
                    self._children[group.number].tell(
                        Orders(mine, {name: publish_until_s.get(name, 0.0) for name in group.names})
                    )

    def statuses(self) -> dict[str, Status]:
        """How each errand fares, as far as its process has said."""
        return {status.name: status for child in self._children.values() for status in child.statuses}

    def in_use(self) -> set[str]:
        """Names that some process may still be reading."""
        said = set(self.statuses())
        ending = {status.name for child in self._ending for status in child.statuses}
        return said | ending | {name for group in self._groups for name in group.names}

    def pids(self) -> dict[int, tuple[str, ...]]:
        """Process ids with the names that each reads."""
        return {self._children[group.number].pid: group.names for group in self._groups if group.number in self._children}

    def totals(self) -> dict[str, dict[str, int]]:
        """Frames by camera and fate, of all processes that ever were."""
        found = {camera: dict(fates) for camera, fates in self._lost_totals.items()}
        for child in (*self._children.values(), *self._ending):
            _add(found, child.totals)
        return found

    def stop(self) -> None:
        """Ends all of them: asked first, killed after a few seconds."""
        for child in self._children.values():
            self._let_go(child)
        self._children = {}
        while self._ending:
            self._reap()
            time.sleep(0.05)

    def _replace_broken(self) -> None:
        self._reap()
        for number, child in list(self._children.items()):
            problem = child.problem()
            if problem is None:
                continue
            names = next((group.names for group in self._groups if group.number == number), ())
            logs.get().warning("reader_killed", pid=child.pid, why=problem, errands=list(names))
            if len(names) > 1:
                self._alone |= set(child.hung())
            _add(self._lost_totals, child.totals)
            child.kill()
            del self._children[number]
            self.n_restarts += 1

    def _match_children(self) -> None:
        wanted = {group.number: group for group in self._groups}
        for number in list(self._children):
            if number not in wanted:
                self._let_go(self._children.pop(number))
        for number, group in wanted.items():
            if number not in self._children and self._may_start(number):
                self._children[number] = ReaderChild(
                    for_recordings=group.for_recordings, beat_s=self._settings.beat_s, hang_s=self._settings.hang_s
                )
                self._told_s = 0.0

    def _may_start(self, number: int) -> bool:
        """At once, but not in a tight circle: after three starts within 10 s the fourth waits."""
        now_s = time.monotonic()
        recent = [at_s for at_s in self._started_s.get(number, []) if now_s - at_s < 10]
        self._started_s[number] = recent
        if len(recent) >= 3:
            return False
        recent.append(now_s)
        return True

    def _let_go(self, child: ReaderChild) -> None:
        child.ask_to_end()
        self._ending[child] = time.monotonic() + _END_WITHIN_S

    def _reap(self) -> None:
        for child, until_s in list(self._ending.items()):
            if child.has_ended() or time.monotonic() > until_s:
                _add(self._lost_totals, child.totals)
                child.kill()
                del self._ending[child]


def _add(sums: dict[str, dict[str, int]], more: Mapping[str, Mapping[str, int]]) -> None:
    for camera, fates in more.items():
        of_camera = sums.setdefault(camera, {})
        for fate, n in fates.items():
            of_camera[fate] = of_camera.get(fate, 0) + n
