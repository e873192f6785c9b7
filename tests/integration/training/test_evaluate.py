"""`haetae evaluate` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytestmark = pytest.mark.integration

LABELS = Path(__file__).resolve().parents[2] / "data" / "real_people"


def evaluate(models_folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command with this models folder, told to answer in JSON."""
    environment = {**os.environ, "HAETAE_MODELS__FOLDER": str(models_folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "haetae.cli.main", "evaluate", *map(str, words), "--json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_a_detector_on_real_people(models_folder: Path, clips_folder: Path) -> None:
    """RTMDet-nano finds the hand-labelled people of clips that no recipe has seen, and nobody among cars."""
    words = ("--labels", LABELS / "test.json", "--clips", clips_folder, "--network", "rtmdet-nano", "--threshold", "0.35")
    done = evaluate(models_folder, "detect", *words)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)["rtmdet-nano"]
    assert (report["n_frames"], report["n_people"]) == (85, 87)
    assert report["recall"] > 0.9
    assert report["precision"] > 0.9
    assert report["ap"]["ap50"] > 0.9
    assert report["by_source"]["car-detection.mp4"]["n_false"] <= 1


def test_people_found_again_in_a_plain_folder(models_folder: Path, tmp_path: Path) -> None:
    """Four plainly different pictures by two cameras each are found again at rank 1, before and after re-ranking."""
    rng = np.random.default_rng(7)
    for person in range(4):
        looks = cv2.resize(rng.integers(0, 255, (6, 3, 3), np.uint8), (64, 128), interpolation=cv2.INTER_NEAREST)
        (tmp_path / f"p{person}").mkdir()
        for camera in ("gate", "hall"):
            cv2.imwrite(str(tmp_path / f"p{person}" / f"{camera}_1.png"), looks)
    done = evaluate(models_folder, "reid", "--data", tmp_path, "--network", "reid-0288")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)["reid-0288"]
    assert report["before"]["n_queries"] == 8
    assert report["before"]["cmc"][0] == report["after"]["cmc"][0] == 1.0


def test_what_is_missing_is_said(models_folder: Path, tmp_path: Path) -> None:
    """Without data the command ends with 2 and one sentence that says what to put where."""
    done = evaluate(models_folder, "reid", "--data", tmp_path, "--layout", "market1501", "--network", "reid-0288")
    assert done.returncode == 2
    assert "bounding_box_train" in done.stderr
    assert "Traceback" not in done.stderr
