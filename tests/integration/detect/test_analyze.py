"""`haetae analyze` as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.integration


def analyze(models_folder: Path, models_mirror: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """The command with these words, its answer as JSON."""
    env = {**os.environ, "HAETAE_MODELS__FOLDER": str(models_folder), "HAETAE_MODELS__MIRROR": str(models_mirror)}
    command = [sys.executable, "-m", "haetae.cli.main", "analyze", "--json", *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=250, check=False)


def test_everything_is_written_for_a_video_with_people(
    models_folder: Path, models_mirror: Path, clips_folder: Path, tmp_path: Path
) -> None:
    """Boxes of every frame with ids, one JSON line a person, and the video with all its frames as H.264; they agree."""
    clip, mot, sightings = clips_folder / "store-aisle-detection-preview.mp4", tmp_path / "mot.txt", tmp_path / "s.jsonl"
    annotated = tmp_path / "drawn.mp4"
    done = analyze(models_folder, models_mirror, clip, "--mot", mot, "--sightings", sightings, "--annotated", annotated)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["frames"] == 67
    rows = [line.split(",") for line in mot.read_text().splitlines()]
    by_id = defaultdict(list)
    for row in rows:
        assert row[7:] == ["-1", "-1", "-1"]
        assert float(row[2]) >= 0 <= float(row[3])
        assert float(row[2]) + float(row[4]) <= 480.5
        by_id[int(row[1])].append(int(row[0]))
    people = [json.loads(line) for line in sightings.read_text().splitlines()]
    assert [person["id"] for person in people] == sorted(by_id) == list(range(1, len(people) + 1))
    assert 3 <= len(people) <= 5
    for person in people:
        frames = by_id[person["id"]]
        assert len(set(frames)) == len(frames) <= person["n_detections"] <= 1.5 * len(frames)
        assert person["started_s"] == pytest.approx((min(frames) - 1) / 15, abs=0.01)
        assert person["ended_s"] >= (max(frames) - 1) / 15 - 0.01
        assert person["attributes"]["gender"]
        assert set(person["colours"]) <= {"upper", "lower"}
    with av.open(str(annotated)) as video:
        assert video.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in video.decode(video=0)) == 67


def test_video_with_nobody_gives_empty_files_and_says_so(
    models_folder: Path, models_mirror: Path, clips_folder: Path, tmp_path: Path
) -> None:
    """Cars are nobody: both files are there and empty, a sentence says so, and that is no failure."""
    mot, sightings = tmp_path / "mot.txt", tmp_path / "s.jsonl"
    clip = clips_folder / "car-detection.mp4"
    done = analyze(models_folder, models_mirror, clip, "--rate", 5, "--mot", mot, "--sightings", sightings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people"] == []
    assert json.loads(done.stdout)["frames"] == 151
    assert "Nobody was found in car-detection.mp4" in done.stderr
    assert mot.read_bytes() == sightings.read_bytes() == b""


def test_what_is_no_video_ends_with_2_and_a_sentence(models_folder: Path, models_mirror: Path, tmp_path: Path) -> None:
    """A text file, an empty file, a missing one, an output folder that is not there: one line on stderr, no traceback."""
    text, empty = tmp_path / "notes.mp4", tmp_path / "empty.mp4"
    text.write_text("no video\n" * 100)
    empty.touch()
    for words in ([text], [empty], [tmp_path / "missing.mp4"], [text, "--mot", tmp_path / "no" / "mot.txt"]):
        done = analyze(models_folder, models_mirror, *words)
        assert done.returncode == 2, (words, done.stderr)
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
