"""The README's demo, as a new user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.e2e
_DEMO = [sys.executable, "-m", "haetae.cli.main", "demo"]
_FOR_REAL_CAMERAS = {
    "HAETAE_MODELS__DETECTOR": "rtmdet-nano",
    "HAETAE_MODELS__EMBEDDER": "reid-0288",
    "HAETAE_MODELS__ATTRIBUTES": "attributes-0230",
}
_VERIFIED = {
    "all_cameras_live",
    "person_of_a_clip_is_rank_1_at_its_camera",
    "import_finished",
    "watch_list_alert_delivered_and_signed",
    "clip_without_people_has_no_sighting",
    "frame_ledger_balances",
}


_VERIFIED_IN_THE_CITY = {
    "all_cameras_live",
    "rank_1_is_whom_the_truth_has_there",
    "watch_list_alert_delivered_and_signed",
    "frame_ledger_balances",
}


@pytest.mark.timeout(900)
def test_demo_check_passes_and_leaves_nothing_running(clips_folder: Path, models_mirror: Path, tmp_path: Path) -> None:
    """`make demo ARGS="--check --clips ..."` with real clips: everything that it verifies is so, and every process has ended.

    With the networks that are pulled for real cameras: the built-in detector takes a car of these clips for a person
    now and then (docs/detection.md).
    """
    summary = checked(["--clips", str(clips_folder)], tmp_path, HAETAE_MODELS__MIRROR=str(models_mirror), **_FOR_REAL_CAMERAS)
    assert set(summary["checks"]) == _VERIFIED


@pytest.mark.timeout(900)
def test_demo_with_nothing_given_finds_a_person_of_its_city(tmp_path: Path) -> None:
    """`make demo ARGS=--check` draws a city, and the first candidate is whom the city's truth has at that camera at that time."""
    summary = checked([], tmp_path)
    assert set(summary["checks"]) == _VERIFIED_IN_THE_CITY
    found = summary["checks"]["rank_1_is_whom_the_truth_has_there"]
    assert found["first_candidates"][0] == found["expected"]


def checked(options: list[str], folder: Path, **environment: str) -> dict[str, Any]:
    """The summary of a demo that passed, in a home and with a cache of its own; afterwards nothing of it runs."""
    demo = subprocess.Popen(
        [*_DEMO, "--check", *options, "--home", str(folder / "home")],
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        out, err = demo.communicate(timeout=840)
    except subprocess.TimeoutExpired:
        demo.send_signal(signal.SIGINT)
        _, err = demo.communicate(timeout=60)
        pytest.fail(f"it did not end in time: {err[-3000:]}")
    summary: dict[str, Any] = json.loads(out.splitlines()[-1]) if out.strip() else {"passed": False}
    failed = {name: check for name, check in summary.get("checks", {}).items() if not check["passed"]}
    assert summary["passed"], f"{failed}\n{err[-3000:]}"
    assert demo.returncode == 0
    assert not [process for process in psutil.process_iter() if str(folder) in " ".join(_words(process))]
    return summary


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
