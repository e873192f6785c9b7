"""`haetae models` and `haetae describe` as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.imaging.jpeg import encode
from haetae.models.drawn_person import street
from haetae.models.spec import DETECTOR_INPUT

pytestmark = pytest.mark.integration


def haetae(models_folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HAETAE_MODELS__FOLDER": str(models_folder)}
    command = [sys.executable, "-m", "haetae.cli.main", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def frame_of(clip: Path, number: int, to: Path) -> Path:
    with av.open(str(clip)) as container:
        picture = next(frame for i, frame in enumerate(container.decode(video=0)) if i == number)
        to.write_bytes(encode(picture.to_ndarray(format="bgr24"), quality=92))
    return to


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, clips_folder: Path) -> Path:
    """three.jpg (three people), cars.jpg (nobody), text.jpg (no picture)."""
    folder = tmp_path_factory.mktemp("photos")
    frame_of(clips_folder / "bodypose.mp4", 100, folder / "three.jpg")
    frame_of(clips_folder / "car-detection.mp4", 100, folder / "cars.jpg")
    (folder / "text.jpg").write_text("this is no photo")
    return folder


def test_people_of_photos_with_all_that_is_known(models_folder: Path, photos: Path, tmp_path: Path) -> None:
    """Three people with boxes, quality, words and colours; their vectors, photos and boxes are in the file in the same order."""
    answer = haetae(
        models_folder, "describe", photos / "cars.jpg", photos / "three.jpg", "--embeddings", tmp_path / "e.npz", "--json"
    )
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    people = told["people"]
    assert [Path(person["photo"]).name for person in people] == ["three.jpg"] * 3
    for person in people:
        assert 0 < person["quality"]["total"] <= 1
        assert set(person["attributes"]) >= {"gender", "upper_colour", "lower_colour", "bag"}
        assert all(set(values) <= set(VALUES[AttributeName(name)]) for name, values in person["attributes"].items())
    with np.load(tmp_path / "e.npz") as written:
        assert written["embeddings"].shape == (3, 256)
        assert written["embeddings"].dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(written["embeddings"], axis=1), 1, atol=1e-5)
        assert [Path(photo).name for photo in written["photos"]] == ["three.jpg"] * 3
        np.testing.assert_allclose(written["boxes"][0], [people[0]["box"][side] for side in ("x1", "y1", "x2", "y2")], rtol=1e-5)
        assert str(written["model"]) == told["model"]
        assert written["model"].item().startswith("reid-0288@")


def test_nobody_is_said_and_the_file_is_empty(models_folder: Path, photos: Path, tmp_path: Path) -> None:
    """A photo of cars is no failure: it says so on stderr and writes (0, d)."""
    answer = haetae(models_folder, "describe", photos / "cars.jpg", "--embeddings", tmp_path / "e.npz", "--json")
    assert answer.returncode == 0
    assert "Nobody was found" in answer.stderr
    assert json.loads(answer.stdout)["people"] == []
    with np.load(tmp_path / "e.npz") as written:
        assert written["embeddings"].shape == (0, 256)
        assert written["boxes"].shape == (0, 4)
        assert written["photos"].shape == (0,)


def test_a_file_that_is_no_photo_does_not_stop_the_others(models_folder: Path, photos: Path) -> None:
    """It is named with its reason and the end is 1; the people of the other photos are told."""
    answer = haetae(models_folder, "describe", photos / "text.jpg", photos / "missing.jpg", photos / "three.jpg", "--json")
    assert answer.returncode == 1
    told = json.loads(answer.stdout)
    assert len(told["people"]) == 3
    assert [Path(path).name for path in told["unread"]] == ["text.jpg", "missing.jpg"]
    assert "not a JPEG, PNG or WebP" in answer.stderr


def test_people_are_shown_as_a_table(models_folder: Path, tmp_path: Path) -> None:
    """Without --json a person reads it; the drawn street has two people."""
    (tmp_path / "street.jpg").write_bytes(encode(street(DETECTOR_INPUT)[0], quality=95))
    answer = haetae(models_folder, "describe", tmp_path / "street.jpg")
    assert answer.returncode == 0
    assert "People" in answer.stdout


def test_models_are_pulled_verified_and_listed(models_mirror: Path, tmp_path: Path) -> None:
    """A pull from a mirror says what came and how it runs here; the list says what is here and what is not."""
    folder = tmp_path / "models"
    pulled = haetae(folder, "models", "pull", "reid-0288", "--mirror", models_mirror, "--json")
    assert pulled.returncode == 0, pulled.stderr
    (row,) = json.loads(pulled.stdout)
    assert (row["name"], row["from"], row["pinned"]) == ("reid-0288", "mirror", [])
    assert set(row["measured_ms"]) == {"onnxruntime", "openvino"}
    listed = {each["name"]: each for each in json.loads(haetae(folder, "models", "list", "--json").stdout)}
    assert listed["reid-0288"]["version"] == row["version"]
    assert (listed["reid-0288"]["here"], listed["reid-0288"]["used"]) == ("pulled", True)
    assert (listed["reid-0286"]["here"], listed["reid-0286"]["used"]) == (None, False)
    assert listed["rtmdet-nano"]["version"] is None
    assert "haetae models pull" in listed["rtmdet-nano"]["problem"]
    assert listed["rtmdet-nano"]["sources"]


def test_an_unknown_network_and_a_missing_mirror_are_wrong_use(tmp_path: Path) -> None:
    """The end is 2 and the reason is one line."""
    unknown = haetae(tmp_path, "models", "pull", "reid-9999", "--mirror", tmp_path)
    assert unknown.returncode == 2
    assert "reid-0288" in unknown.stderr
    assert haetae(tmp_path, "models", "pull", "--mirror", tmp_path / "nowhere").returncode == 2
