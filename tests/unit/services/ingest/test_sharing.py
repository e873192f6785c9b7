"""Who reads what: groups that stay as they are, leases that decide, orders and beats that survive the pipe."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from haetae.bus.rendezvous import owner
from haetae.domain.camera import Camera, CameraState, Credentials, SourceKind
from haetae.domain.ids import CameraId
from haetae.errors import Transient
from services.ingest.claims import Claims
from services.ingest.errands import Beat, Errand, Orders, Status, beat_from_line, beat_to_line, orders_in, orders_to_bytes
from services.ingest.grouping import regrouped
from tests.kit.builders import T0

ALL = [f"camera:c{i}" for i in range(40)]


def errand(name: str, kind: SourceKind = SourceKind.RTSP) -> Errand:
    """An errand for one camera."""
    camera = Camera(CameraId(name.partition(":")[2]), name, kind, "rtsp://192.0.2.1/a")
    return Errand(name, camera, Credentials("u", "p4ss"))


def errands(*names: str, kind: SourceKind = SourceKind.RTSP) -> dict[str, Errand]:
    return {name: errand(name, kind) for name in names}


def test_cameras_are_grouped_and_stay() -> None:
    """Groups hold at most their size; who is in one stays when others come and go; numbers are not used again at once."""
    groups = regrouped([], errands(*"abcde"), (), 2)
    assert [group.names for group in groups] == [("a", "b"), ("c", "d"), ("e",)]
    later = regrouped(groups, errands(*"acdef"), (), 2)
    assert [group.names for group in later] == [("a", "f"), ("c", "d"), ("e",)]
    assert {group.number for group in later} == {group.number for group in groups}


def test_troublemakers_and_recordings_are_alone() -> None:
    """A camera that hung its process, and everything that can wait, has a process of its own."""
    groups = regrouped([], errands(*"abc"), (), 8)
    apart = regrouped(groups, {**errands(*"abc"), **errands("r", kind=SourceKind.FILE)}, ("b",), 8)
    assert sorted(group.names for group in apart) == [("a", "c"), ("b",), ("r",)]
    assert [group.for_recordings for group in apart if group.names == ("r",)] == [True]
    again = regrouped(apart, {**errands(*"abcd"), **errands("r", kind=SourceKind.FILE)}, ("b",), 8)
    assert ("a", "c", "d") in [group.names for group in again]


def test_orders_and_beats_survive_the_pipe() -> None:
    """Orders come out whole however the pipe cuts them; a beat is one line; what is no beat is refused."""
    orders = Orders((errand("camera:a"),), {"camera:a": 12.5})
    data, buffer, found = orders_to_bytes(orders) * 2, bytearray(), []
    for at in range(0, len(data), 7):
        buffer += data[at : at + 7]
        found += list(orders_in(buffer))
    assert found == [orders, orders]
    beat = Beat((Status("camera:a", CameraState.LIVE, "", T0, 0.25, 0.5),), {"a": {"received": 3}})
    assert beat_from_line(beat_to_line(beat)) == beat
    strange = '{"statuses": [["a", "x", "", null, 0, 0, false]], "totals": {}}'
    for line in ("", "{}", "[1]", '{"statuses": [[1]], "totals": {}}', strange):
        with pytest.raises((ValueError, KeyError, TypeError)):
            beat_from_line(line)
    assert "p4ss" not in repr(orders)


class Lent:
    """Leases in memory, shared by all workers of a test."""

    renew_every_s = 2.5

    def __init__(self, worker: str, held: dict[str, str], there: set[str]) -> None:
        self.worker, self._held, self._there, self.away = worker, held, there, False

    def _ask(self) -> None:
        if self.away:
            raise Transient("away")

    def heartbeat(self) -> None:
        self._ask()
        self._there.add(self.worker)

    def members(self) -> list[str]:
        self._ask()
        return sorted(self._there)

    def leave(self) -> None:
        self._there.discard(self.worker)

    def acquire(self, name: str) -> bool:
        self._ask()
        return self._held.setdefault(name, self.worker) == self.worker

    def renew(self, names: Collection[str]) -> set[str]:
        self._ask()
        return {name for name in names if self._held.get(name) == self.worker}

    def release(self, name: str) -> None:
        self._ask()
        if self._held.get(name) == self.worker:
            del self._held[name]


class Workers:
    """Some workers with one clock."""

    def __init__(self, *names: str) -> None:
        self.now_s, self.held, there = 100.0, dict[str, str](), set[str]()
        self.lent = {name: Lent(name, self.held, there) for name in names}
        self.claims = {name: Claims(lent, name, ttl_s=10, now_s=lambda: self.now_s) for name, lent in self.lent.items()}

    def turn(self, *names: str, times: int = 1) -> None:
        for _ in range(times):
            self.now_s += 1
            for name in names:
                self.claims[name].turn(ALL, [])


def test_cameras_are_shared_by_rendezvous_and_each_has_one_worker() -> None:
    """Two workers share all cameras; what each holds is what rendezvous hashing gives it."""
    workers = Workers("w1", "w2")
    workers.turn("w1", times=3)
    assert len(workers.claims["w1"].held()) == 40
    workers.turn("w1", "w2", times=8)
    first, second = (set(workers.claims[name].held()) for name in ("w1", "w2"))
    assert first | second == set(ALL)
    assert not first & second
    assert first == {name for name in ALL if owner(name, ["w1", "w2"]) == "w1"}


def test_camera_in_use_is_not_given_back() -> None:
    """A lease is kept until the process that reads has let go, whoever it should belong to."""
    workers = Workers("w1", "w2")
    workers.turn("w1", times=3)
    workers.turn("w2", times=1)
    for _ in range(8):
        workers.now_s += 1
        workers.claims["w1"].turn(ALL, ALL)
    assert len(workers.claims["w1"].held()) == 40


def test_outage_changes_nothing_but_certainty() -> None:
    """While Redis is away what is held goes on, no longer certain; afterwards the leases decide before anything is taken."""
    workers = Workers("w1")
    workers.turn("w1", times=3)
    workers.lent["w1"].away = True
    for _ in range(30):
        workers.now_s += 3
        with pytest.raises(Transient):
            workers.claims["w1"].turn(ALL, [])
    held = workers.claims["w1"].held()
    assert len(held) == 40
    assert all(until_s < workers.now_s for until_s in held.values())
    workers.lent["w1"].away = False
    for name in ALL[:10]:
        workers.held[name] = "w2"
    workers.turn("w1")
    assert set(workers.claims["w1"].held()) == set(ALL[10:])
    assert all(until_s > workers.now_s for until_s in workers.claims["w1"].held().values())
