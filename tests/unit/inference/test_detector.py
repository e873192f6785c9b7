import numpy as np
import pytest

from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Misconfigured
from haetae.inference.detector import PersonDetector
from tests.kit.networks import FakeInference, detections


def frame(width: int, height: int) -> np.ndarray:
    return np.zeros((height, width, 3), dtype=np.uint8)


def test_boxes_are_in_pixels_of_each_image() -> None:
    """Images of several sizes in one call get boxes in their own pixels."""
    inference = FakeInference({"rtmdet-nano": detections((100, 50, 200, 250, 0.9))})
    found = PersonDetector(inference, "rtmdet-nano").detect([frame(1280, 720), frame(640, 360), frame(320, 180)])
    assert [d[0].box for d in found] == [Box(200, 100, 400, 500), Box(100, 50, 200, 250), Box(50, 25, 100, 125)]
    assert inference.batches[0].shape == (3, 384, 640, 3)


def test_weak_and_degenerate_boxes_are_left_out() -> None:
    """Below the least score, or without any width, nobody is found."""
    inference = FakeInference({"rtmdet-nano": detections((0, 0, 50, 90, 0.36), (0, 0, 50, 90, 0.34), (-9, 5, 0.5, 90, 0.9))})
    (found,) = PersonDetector(inference, "rtmdet-nano").detect([frame(640, 360)])
    assert [round(d.score, 2) for d in found] == [0.36]


def test_input_size_is_what_the_network_can_take() -> None:
    """A free network takes multiples of its stride; a fixed one its own size, whatever is asked."""
    inference = FakeInference({"rtmdet-nano": detections(), "retail-0013": detections()})
    free, fixed = PersonDetector(inference, "rtmdet-nano"), PersonDetector(inference, "retail-0013")
    assert free.input_size(ImageSize(width=481, height=352)) == ImageSize(width=512, height=352)
    assert fixed.input_size(ImageSize(width=640, height=384)) == ImageSize(width=544, height=320)
    fixed.detect([frame(640, 360)])
    assert inference.batches[-1].shape == (1, 320, 544, 3)


def test_cameras_with_several_input_sizes_go_in_one_batch_each() -> None:
    """Each image is looked at in its camera's input size, and the answers come back in order."""
    inference = FakeInference({"rtmdet-nano": detections((32, 32, 64, 96, 0.8))})
    sizes = [ImageSize(640, 384), ImageSize(320, 192), ImageSize(640, 384)]
    found = PersonDetector(inference, "rtmdet-nano").detect_each([frame(640, 384)] * 3, sizes)
    assert [batch.shape[:3] for batch in inference.batches] == [(2, 384, 640), (1, 192, 320)]
    assert [d[0].box for d in found] == [Box(32, 32, 64, 96), Box(64, 64, 128, 192), Box(32, 32, 64, 96)]


def test_no_images_no_call() -> None:
    """An empty batch asks nobody."""
    inference = FakeInference({})
    assert PersonDetector(inference, "rtmdet-nano").detect([]) == []
    assert inference.batches == []


@pytest.mark.parametrize("name", ["reid-0288", "no-such-network"])
def test_only_detectors_detect(name: str) -> None:
    """A wrong name in the settings ends the start, not the first frame."""
    with pytest.raises(Misconfigured):
        PersonDetector(FakeInference({}), name)
