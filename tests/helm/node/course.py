"""The course of a trial on a node: each step is one that an operator meets, and leaves its figures behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from haetae.embedded.demo.api import Api
from haetae.embedded.demo.cast import Cast, choose_city_cast
from haetae.embedded.demo.city import CityTruth
from haetae.embedded.demo.story import candidates_of
from haetae.errors import Refused, Transient
from haetae.inference.detector import PersonDetector
from haetae.inference.triton import TritonInference
from haetae.simulator.serving.clip import clips_in
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node.cameras import serve_films
from tests.helm.node.installation import NAMESPACE, address_of
from tests.helm.node.ledger import REFERENCE_ROUNDS, Films, Passage, accounted, whole_minutes

DETECTOR = "haetae-detector"  # of the chart's values
CAMERAS = 2
RATE_HZ = 3.0
_EVERY_S = 1.0
_CLOSED_AFTER_S = 15.0  # then the sightings of whoever has left are stored


@dataclass(slots=True)
class Course:
    """What one trial has found so far."""

    cluster: Cluster
    films: Path
    api: Api
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    cast: Cast | None = None
    filmed: Films | None = None
    films_address: str = ""  # host:port of the pod that serves them
    live_at: float = 0.0  # Unix seconds
    off_at: float = 0.0

    def cameras_live(self) -> dict[str, Any]:
        """The films become cameras, and all of them are live."""
        began_at = time.time()
        truth = CityTruth(self.films, began_at)
        self.films_address = serve_films(self.cluster, self.films, began_at)
        inference = TritonInference(address_of(self.cluster, "haetae-triton", 8001))
        films = dict(list(clips_in(self.films).items())[:CAMERAS])
        try:
            self.cast = choose_city_cast(films, PersonDetector(inference, DETECTOR, deadline_s=30), truth)
        finally:
            inference.close()
        for camera in films:
            self.api.add_camera(camera, "rtsp", f"rtsp://{self.films_address}/{camera}", rate_hz=RATE_HZ)
        live_after_s = self.until(self._all_live, 120)
        self.filmed, self.live_at = Films(self.films, began_at, films), time.time()
        return {"cameras": len(films), "live_after_s": live_after_s}

    def undisturbed(self) -> dict[str, Any]:
        """Lets the films run for as many rounds as tell which people can be expected."""
        assert self.filmed is not None
        while len(self.filmed.whole_rounds(self.live_at, time.time() - _CLOSED_AFTER_S)) < REFERENCE_ROUNDS:
            time.sleep(_EVERY_S)
        return {"rounds": REFERENCE_ROUNDS, "round_s": self.filmed.round_s}

    def people(self, steps: dict[str, tuple[float, float]]) -> dict[str, Any]:
        """Who was expected and not sighted, as `ledger` defines it; after the cameras are off. `steps`: (from, to) by name."""
        assert self.filmed is not None
        assert self.cast is not None
        shown: set[tuple[Passage, int]] = set()
        for id in self.sql("SELECT id FROM sightings").split():
            shown |= self.filmed.shown(self.api.sighting(id))
        rounds = self.filmed.whole_rounds(self.live_at, self.off_at)
        whole = {camera: whole_minutes(self.api.ledger(camera, self.began), self.filmed.rate_hz) for camera in self.cast.clips}
        return accounted(self.filmed, shown, rounds, whole, steps)

    def found(self, within_s: float = 240.0) -> dict[str, Any]:
        """Searches until the first candidate is whom the city's truth has there."""
        took_s = self.until(self._right_person_first, within_s)
        return {"right_person_first_after_s": took_s}

    def kill(self, component: str) -> dict[str, Any]:
        """Ends the pod of that component at once, and waits until another is ready and the search answers right again."""
        selector = f"--selector=app.kubernetes.io/component={component}"
        where = f"--namespace={NAMESPACE}"
        before = self._pods(component)
        began_s = time.monotonic()
        self.cluster.kubectl("delete", "pod", selector, where, "--grace-period=0", "--force", "--wait=false")
        self.until(lambda: bool(self._pods(component)) and not self._pods(component) & before, 240)
        ready_s = time.monotonic() - began_s
        self.until(self._right_person_first, 240)
        n = self.n_sightings()
        grown_s = self.until(lambda: self.n_sightings() > n, 240)
        return {
            "ready_after_s": round(ready_s, 1),
            "answers_right_after_s": round(time.monotonic() - began_s - grown_s, 1),
            "new_sighting_after_s": round(time.monotonic() - began_s, 1),
        }

    def settled(self) -> dict[str, Any]:
        """Cameras off; then the frame ledger, summed: received = processed + dropped by reason + under way."""
        assert self.cast is not None
        self.off_at = time.time()
        for camera in self.cast.clips:
            self.api.disable_camera(camera)
        last: dict[str, Any] = {}

        def still() -> bool:
            before = dict(last)
            last.update(self._ledger())
            return before == last and last["under_way"] == 0

        with suppress(AssertionError):  # the figures say so
            self.until(still, 90)
        return last

    def _ledger(self) -> dict[str, Any]:
        assert self.cast is not None
        total: dict[str, Any] = {"received": 0, "processed": 0, "dropped": {}}
        for camera in self.cast.clips:
            for minute in self.api.ledger(camera, self.began):
                total["received"] += minute["received"]
                total["processed"] += minute["processed"]
                for reason, n in minute["dropped"].items():
                    total["dropped"][reason] = total["dropped"].get(reason, 0) + n
        return {**total, "under_way": total["received"] - total["processed"] - sum(total["dropped"].values())}

    def _all_live(self) -> bool:
        assert self.cast is not None
        states = self.api.states()
        return all(states.get(camera) == "live" for camera in self.cast.clips)

    def _right_person_first(self) -> bool:
        assert self.cast is not None
        assert self.cast.truth is not None
        wanted, truth = self.cast.wanted, self.cast.truth
        first = next(iter(candidates_of(self.api.query(wanted, self.since))), None)
        if first is None:
            return False
        expected = truth.who(self.cast.wanted_camera, wanted.at_s, wanted.in_frame, wanted.frame_size)
        return expected is not None and truth.who_was_sighted(self.api.sighting(first["sighting_id"])) == expected

    @property
    def since(self) -> datetime:
        """From when on people are looked for."""
        return self.began - timedelta(minutes=1)

    def n_sightings(self) -> int:
        """How many are stored."""
        sql = "SELECT count(*) FROM sightings"
        return int(self.sql(sql))

    def sql(self, statement: str) -> str:
        """What the database answers, as text."""
        pod = ["exec", f"--namespace={NAMESPACE}", "haetae-postgresql-0", "--"]
        asked = ["sh", "-c", 'PGPASSWORD="$HAETAE_PASSWORD" exec psql -Ath 127.0.0.1 -U haetae haetae -c "$0"', statement]
        return self.cluster.kubectl(*pod, *asked).strip()

    def _pods(self, component: str) -> set[str]:
        """Uids of the ready pods of that component."""
        pods = self.cluster.objects("pods", NAMESPACE, selector=f"app.kubernetes.io/component={component}")
        return {
            one["metadata"]["uid"]
            for one in pods
            if any(c["type"] == "Ready" and c["status"] == "True" for c in one["status"].get("conditions", []))
            and "deletionTimestamp" not in one["metadata"]
        }

    def until(self, holds: Callable[[], bool], within_s: float) -> float:
        """Seconds until it held; a moment without an answer is waited out. Fails where it does not hold in time."""
        began_s = time.monotonic()
        why = ""
        while time.monotonic() - began_s < within_s:
            try:
                if holds():
                    return round(time.monotonic() - began_s, 1)
            except (Transient, Refused, AssertionError) as not_yet:
                why = f": {not_yet}"
            time.sleep(_EVERY_S)
        raise AssertionError(f"not within {within_s:.0f} s{why}")
