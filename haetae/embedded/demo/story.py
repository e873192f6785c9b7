"""The demo's course: cameras in, a person searchable, an alert out. Each step is one that an operator would do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from haetae.embedded.demo.api import Api, Json
from haetae.embedded.demo.cast import ARCHIVE, Cast
from haetae.embedded.demo.receiver import Received
from haetae.embedded.demo.report import Report
from haetae.embedded.running import Running
from haetae.errors import Transient

_LIVE_WITHIN_S = 60.0
_FOUND_WITHIN_S = 120.0
_IMPORTED_WITHIN_S = 60.0  # beside the live cameras; as long again and more once they are off
_IMPORTED_AT_LAST_WITHIN_S = 180.0
_SETTLED_WITHIN_S = 60.0
_QUERY_EVERY_S = 2.0
_SAME_PERSON = 0.45  # cosine distance; two people of these clips are 0.6 and more apart
_USUAL_HZ = 5.0
_TOLD = 5
_LOOKS_PER_CORE_HZ = 15.0  # of about 40 that the detector alone could make


class Story:
    """One run of the demo over a running stack."""

    def __init__(self, api: Api, running: Running, cast: Cast, report: Report, say: Callable[[str], None]) -> None:
        self._api = api
        self._running = running
        self._cast = cast
        self._report = report
        self._say = say
        self._began = datetime.now(UTC)
        self._recording: str | None = None
        self._webhook: str | None = None

    def watch_for(self, received: Received) -> None:
        """A watch-list entry of the person, and a webhook for its alerts: before the cameras, so that nothing is missed."""
        webhook = self._api.add_webhook(received.url)
        received.secret, self._webhook = webhook["secret"], webhook["id"]
        self._api.watch("wanted in the demo", self._cast.wanted, self._began + timedelta(hours=1))

    def bring_in(self, address_of: Callable[[str], str]) -> None:
        """Every clip as a live camera, and one clip as a recording of an archive camera, made an hour ago."""
        rate_hz = affordable_hz(len(self._cast.clips), len(os.sched_getaffinity(0)))
        if rate_hz < _USUAL_HZ:
            self._report.remarks.append(f"the cameras are sampled at {rate_hz} frames a second, as many as this machine can bear")
        for camera in self._cast.clips:
            self._api.add_camera(camera, "rtsp", address_of(camera), rate_hz=rate_hz)
        if self._cast.imported is not None:
            path = str(self._cast.imported.resolve())
            self._api.add_camera(ARCHIVE, "file", path, enabled=False)
            self._recording = self._api.import_file(ARCHIVE, path, self._began - timedelta(hours=1))
        self._report.counts["cameras"] = len(self._cast.clips)

    def wait_until_live(self) -> None:
        """All cameras show fresh frames at the same time."""
        self._say(f"{len(self._cast.clips)} cameras are connecting")
        states: dict[str, str] = {}

        def all_live() -> bool:
            states.update(self._api.states())
            return all(states.get(camera) == "live" for camera in self._cast.clips)

        live = self._reached("the cameras are live", all_live, _LIVE_WITHIN_S)
        self._report.reached("cameras_live")
        waiting = {camera: state for camera, state in states.items() if state != "live"}
        self._report.add("all_cameras_live", live, cameras=len(self._cast.clips), not_live=waiting)

    def find(self) -> Json:
        """Asks for the person until the nearest candidate stands before the right camera; the last answer."""
        self._say(f"looking for a person from {self._cast.wanted.clip.name}")
        answer: Json = {"people": []}

        def found() -> bool:
            answer.clear()
            answer.update(self._api.query(self._cast.wanted, self._began - timedelta(hours=2)))
            if answer["people"]:
                self._report.reached("first_answer")
            return self._is_right(nearest(answer))

        right = self._reached("the person is found", found, _FOUND_WITHIN_S, every_s=_QUERY_EVERY_S)
        self._report.reached("person_found")
        best = nearest(answer)
        seen = {"camera": best.get("camera_id"), "distance": best.get("distance"), "gallery": answer.get("n_gallery")}
        seen["photo"] = f"{self._cast.wanted.clip.name} at {self._cast.wanted.at_s:.1f} s"
        if self._cast.truth is None:
            expected = self._cast.wanted_camera
            name = "person_of_a_clip_is_rank_1_at_its_camera"
            self._report.add(name, right, expected=expected, overlap=self._overlap(best), **seen)
        else:
            told = [self._identity(candidate) for candidate in candidates_of(answer)[:_TOLD]]
            name = "rank_1_is_whom_the_truth_has_there"
            self._report.add(name, right, expected=self._wanted_identity(), first_candidates=told, **seen)
        return answer

    def _is_right(self, best: Json) -> bool:
        """Whether the candidate is the person: by the truth where there is one, otherwise at the right camera and alike."""
        if not best:
            return False
        if self._cast.truth is not None:
            return self._identity(best) == self._wanted_identity()
        return bool(best["camera_id"] == self._cast.wanted_camera and best["distance"] <= _SAME_PERSON)

    def _wanted_identity(self) -> int | None:
        photo, truth = self._cast.wanted, self._cast.truth
        return truth.who(self._cast.wanted_camera, photo.at_s, photo.in_frame, photo.frame_size) if truth else None

    def _identity(self, candidate: Json) -> int | None:
        """Who the candidate is in truth, at that camera at that time."""
        truth = self._cast.truth
        return truth.who_was_sighted(self._api.sighting(candidate["sighting_id"])) if truth else None

    def verify(self, received: Received, seconds: float) -> None:
        """Everything else that must be true after the cameras have run for a while; ends with the cameras switched off."""
        self._verify_alert(received)
        run_on_s = max(seconds, self._cast.longest_wait_s + 5) - self._report.since("cameras_live")
        if run_on_s > 0:
            self._say(f"the cameras run on for {run_on_s:.0f} s")
            deadline = time.monotonic() + run_on_s
            self._reached("time", lambda: time.monotonic() >= deadline, run_on_s + 5)
        beside_live = self._import_ends(_IMPORTED_WITHIN_S)
        self._verify_empty()
        for camera in self._cast.clips:
            self._api.disable_camera(camera)
        self._verify_import(beside_live)
        self._verify_ledger()

    def clear_up(self) -> None:
        """The demo's receiver is about to go away: no more deliveries to it."""
        if self._webhook is not None:
            self._api.remove_webhook(self._webhook)

    def save_crops(self, answer: Json, into: Path, at_most: int = 5) -> list[tuple[Json, Path]]:
        """The best candidates with the files that their crops were written to."""
        into.mkdir(parents=True, exist_ok=True)
        (into / "photo.jpg").write_bytes(self._cast.wanted.jpeg)
        saved = []
        for rank, candidate in enumerate(candidates_of(answer)[:at_most], start=1):
            file = into / f"rank-{rank}-{candidate['camera_id']}.jpg"
            file.write_bytes(self._api.crop(candidate["crop_url"]))
            saved.append((candidate, file))
        return saved

    def _import_ends(self, within_s: float) -> bool:
        """Whether the recording, if any, is read to its end in time."""
        recording = self._recording
        if recording is None:
            return True
        self._say("waiting for the end of the import")
        states = ("finished", "failed")
        return self._reached("the import ends", lambda: self._api.recording(recording)["state"] in states, within_s)

    def _verify_import(self, beside_live: bool) -> None:
        if self._recording is None or self._cast.imported is None:
            return
        if not beside_live:
            self._import_ends(_IMPORTED_AT_LAST_WITHIN_S)
        told = self._api.recording(self._recording)
        n = self._api.n_sightings(ARCHIVE, self._began - timedelta(hours=2))
        self._report.counts["imported_sightings"] = n
        seen = {name: told[name] for name in ("state", "progress", "detail")}
        finished = told["state"] == "finished" and n > 0
        self._report.add("import_finished", finished, **seen, sightings=n, file=self._cast.imported.name, beside_live=beside_live)

    def _verify_alert(self, received: Received) -> None:
        within_s = self._cast.longest_wait_s + 30
        arrived = self._reached("the alert is delivered", lambda: bool(received.of_kind("watch-list-match")), within_s)
        self._report.reached("alert_delivered")
        self._report.counts |= {"alerts": len(self._api.alerts()), "deliveries": len(received.verified)}
        self._report.add(
            "watch_list_alert_delivered_and_signed", arrived, verified=len(received.verified), refused=received.n_refused
        )

    def _verify_empty(self) -> None:
        since = self._began - timedelta(minutes=1)
        counts = {camera: self._api.n_sightings(camera, since) for camera in self._cast.clips}
        self._report.counts["sightings"] = sum(counts.values())
        if self._cast.empty_camera is not None:
            n = counts[self._cast.empty_camera]
            self._report.add("clip_without_people_has_no_sighting", n == 0, camera=self._cast.empty_camera, sightings=n)
            if n > 0:
                self._report.remarks.append("something was taken for a person; the surest is HAETAE_MODELS__DETECTOR=rtmdet-nano")

    def _verify_ledger(self) -> None:
        """received = processed + dropped by reason, exactly, once the cameras are off and everything under way has arrived."""
        totals: dict[str, Any] = {}

        def settled() -> bool:
            before = dict(totals)
            totals.clear()
            totals.update(self._totals())
            return totals["under_way"] == 0 and totals == before

        balanced = self._reached("the ledger balances", settled, _SETTLED_WITHIN_S, every_s=2.0)
        self._report.counts["frames_received"] = totals["received"]
        self._report.add("frame_ledger_balances", balanced and totals["received"] > 0, **totals)

    def _totals(self) -> dict[str, Any]:
        totals: dict[str, Any] = {"received": 0, "processed": 0, "under_way": 0, "dropped": {}}
        for camera in [*self._cast.clips, *([ARCHIVE] if self._recording else [])]:
            for minute in self._api.ledger(camera, self._began):
                for word in ("received", "processed"):
                    totals[word] += minute[word]
                for reason, n in minute["dropped"].items():
                    totals["dropped"][reason] = totals["dropped"].get(reason, 0) + n
        totals["under_way"] = totals["received"] - totals["processed"] - sum(totals["dropped"].values())
        return totals

    def _overlap(self, candidate: Json) -> float | None:
        """How well the candidate's sighting stands where the person of the photo stood: the best IoU of its boxes, 0-1."""
        if "sighting_id" not in candidate:
            return None
        sighting = self._api.sighting(candidate["sighting_id"])
        photo, size = self._cast.wanted, sighting["frame_size"]
        box = photo.in_frame.scaled(size["width"] / photo.frame_size.width, size["height"] / photo.frame_size.height)
        seen = [part["box"] for part in (*sighting["best_shots"], *sighting["path"])]
        return round(max(box.iou(type(box)(b["x1"], b["y1"], b["x2"], b["y2"])) for b in seen), 3)

    def _reached(self, what: str, reached: Callable[[], bool], within_s: float, every_s: float = 0.5) -> bool:
        """Waits; false when it was not reached in time. A moment without an answer (a part restarts) is waited out."""

        def patiently() -> bool:
            try:
                return reached()
            except Transient:
                return False

        try:
            self._running.wait_for(what, patiently, within_s, every_s)
        except Transient as late:
            self._running.check()
            self._report.remarks.append(late.message)
            return False
        return True


def affordable_hz(n_cameras: int, n_cores: int) -> float:
    """Frames a second and camera that the machine can look at beside decoding, recording and playing the cameras itself."""
    return round(max(2.0, min(_USUAL_HZ, _LOOKS_PER_CORE_HZ * n_cores / n_cameras)), 1)


def nearest(answer: Json) -> Json:
    """The candidate that is ranked first of all; empty when there is none."""
    return next(iter(candidates_of(answer)), {})


def candidates_of(answer: Json) -> list[Json]:
    """All candidates, of all people, in their order."""
    candidates = [candidate for person in answer["people"] for candidate in person["candidates"]]
    return sorted(candidates, key=lambda candidate: candidate["order"])
