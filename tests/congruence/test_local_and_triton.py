"""The same numbers come out in process and through Triton, for every network, on people of real clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from haetae.domain.geometry import Box, ImageSize
from haetae.imaging.crop import crop
from haetae.imaging.letterbox import letterbox, resized
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference
from haetae.inference.triton import TritonInference
from haetae.models.networks import CATALOGUE
from haetae.models.spec import IMAGES, Task

pytestmark = pytest.mark.integration

TOLERANCE = 1e-5  # f32 by the same engine; box coordinates are in pixels up to 640 and get 1e-3
FRAMES = {"bodypose.mp4": (0, 150, 300), "Retail02_short.mp4": (50,), "one-by-one-person-detection.mp4": (300,)}


@pytest.fixture(scope="module")
def frames(clips_folder: Path) -> list[np.ndarray]:
    """Five frames of three clips, BGR."""
    chosen = []
    for name, numbers in FRAMES.items():
        with av.open(str(clips_folder / name)) as container:
            for i, frame in enumerate(container.decode(video=0)):
                if i in numbers:
                    chosen.append(frame.to_ndarray(format="bgr24"))
                if i >= max(numbers):
                    break
    return chosen


@pytest.fixture(scope="module")
def local(models_folder: Path) -> LocalInference:
    return LocalInference(models_folder)


@pytest.fixture(scope="module", params=[False, True], ids=["messages", "shared-memory"])
def triton(request: pytest.FixtureRequest, triton_address: str) -> Iterator[TritonInference]:
    client = TritonInference(triton_address, shared_memory=request.param)
    yield client
    client.close()


@pytest.fixture(scope="module")
def crops(frames: list[np.ndarray], local: LocalInference) -> list[np.ndarray]:
    """Every person of the frames."""
    found = PersonDetector(local, "rtmdet-nano", min_score=0.5).detect(frames)
    people = [crop(frame, each.box) for frame, detections in zip(frames, found, strict=True) for each in detections]
    assert len(people) >= 12
    return people


def batch_for(name: str, frames: list[np.ndarray], crops: list[np.ndarray], size: ImageSize | None) -> np.ndarray:
    spec = CATALOGUE[name].spec
    if spec.task is Task.DETECTION:
        to = spec.input_size or size or ImageSize(width=640, height=384)
        return np.stack([letterbox(frame, to).pixels for frame in frames])
    assert spec.input_size is not None
    return np.stack([resized(each, spec.input_size) for each in crops])


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_network_gives_the_same_numbers(
    name: str, frames: list[np.ndarray], crops: list[np.ndarray], local: LocalInference, triton: TritonInference
) -> None:
    """Batches larger than the server takes at once, over messages and over shared memory: the rows are those of this process."""
    images = batch_for(name, frames, crops, None)
    here = local.infer(name, {IMAGES: images}, deadline_s=60)
    there = triton.infer(name, {IMAGES: images}, deadline_s=60)
    assert triton.version(name) == local.version(name)
    assert here.keys() == there.keys()
    for output, array in here.items():
        assert np.abs(array).max() > 0
        atol = 1e-3 if output == "boxes" else TOLERANCE
        np.testing.assert_allclose(there[output], array, rtol=0, atol=atol, err_msg=f"{name} {output}")


@pytest.mark.parametrize("size", [ImageSize(width=320, height=192), ImageSize(width=480, height=352)])
def test_a_detector_input_of_another_size_is_served_too(
    size: ImageSize, frames: list[np.ndarray], local: LocalInference, triton: TritonInference
) -> None:
    """Cameras choose their input size; one model serves them all."""
    images = batch_for("rtmdet-nano", frames, [], size)
    here = local.infer("rtmdet-nano", {IMAGES: images}, deadline_s=60)
    there = triton.infer("rtmdet-nano", {IMAGES: images}, deadline_s=60)
    np.testing.assert_allclose(there["boxes"], here["boxes"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(there["scores"], here["scores"], rtol=0, atol=TOLERANCE)


def test_people_are_found_where_they_are(frames: list[np.ndarray], local: LocalInference, triton: TritonInference) -> None:
    """Three people in the clip of three, at the same places by both ways, with boxes in pixels of the 720p frame."""
    here = PersonDetector(local, "rtmdet-nano").detect(frames[:1])[0]
    there = PersonDetector(triton, "rtmdet-nano").detect(frames[:1])[0]
    assert len(here) == len(there) == 3
    assert min(a.box.iou(b.box) for a, b in zip(here, there, strict=True)) > 0.999
    assert all(each.box.height_px > 200 and each.box.clipped(ImageSize(1280, 720)) == each.box for each in here)
    assert all(isinstance(each.box, Box) for each in here)
