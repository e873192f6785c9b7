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
_VERIFIED = {
    "all_cameras_live",
    "person_of_a_clip_is_rank_1_at_its_camera",
    "import_finished",
    "watch_list_alert_delivered_and_signed",
    "clip_without_people_has_no_sighting",
    "frame_ledger_balances",
}


@pytest.mark.timeout(900)
def test_demo_check_passes_and_leaves_nothing_running(clips_folder: Path, models_mirror: Path, tmp_path: Path) -> None:
    """`make demo ARGS="--check --clips ..."` with real clips: everything that it verifies is so, and every process has ended."""
    demo = subprocess.Popen(
        [*_DEMO, "--check", "--clips", str(clips_folder), "--home", str(tmp_path / "home")],
        env={**os.environ, "HAETAE_MODELS__MIRROR": str(models_mirror)},
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
    assert set(summary["checks"]) == _VERIFIED
    assert not [process for process in psutil.process_iter() if str(tmp_path) in " ".join(_words(process))]


def test_demo_without_clips_says_what_it_needs() -> None:
    """Nothing is started without clips, and the message says which option gives them."""
    asked = subprocess.run(_DEMO, capture_output=True, text=True, timeout=60, check=False)
    assert asked.returncode == 2
    assert "--clips" in asked.stderr


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
