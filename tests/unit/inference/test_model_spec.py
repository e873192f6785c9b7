import numpy as np
import pytest

from haetae.errors import Misconfigured, Transient
from haetae.inference.model_spec import checked_inputs, checked_outputs, no_outputs


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 256, 128, 3), np.float32),
        np.zeros((256, 128, 3), np.uint8),
        np.zeros((1, 128, 256, 3), np.uint8),
        np.zeros((1, 256, 128, 1), np.uint8),
    ],
)
def test_wrong_images_are_refused_before_they_travel(images: np.ndarray) -> None:
    """Type, rank, size and channels are checked on our side, where the error can say what is wrong."""
    with pytest.raises(Misconfigured, match="uint8"):
        checked_inputs("reid-0288", {"images": images})


def test_a_free_detector_takes_multiples_of_its_stride_only() -> None:
    """Other sizes make wrong boxes without any error in the network."""
    checked_inputs("rtmdet-nano", {"images": np.zeros((2, 96, 160, 3), np.uint8)})
    with pytest.raises(Misconfigured, match="multiples of 32"):
        checked_inputs("rtmdet-nano", {"images": np.zeros((2, 100, 160, 3), np.uint8)})


@pytest.mark.parametrize("embedding", [None, np.zeros((1, 128), np.float32), np.zeros((1, 256))])
def test_a_server_with_another_model_is_found_out(embedding: np.ndarray | None) -> None:
    """An answer of other shape or type than promised is an error of the configuration."""
    with pytest.raises(Misconfigured):
        checked_outputs("reid-0288", 1, {} if embedding is None else {"embedding": embedding})


def test_an_answer_of_another_batch_is_asked_for_again() -> None:
    """The model is the right one: a wrong number of rows ends a request, not the program."""
    with pytest.raises(Transient, match="2 rows of embedding for 1 images"):
        checked_outputs("reid-0288", 1, {"embedding": np.zeros((2, 256), np.float32)})


def test_an_empty_batch_has_empty_outputs_of_the_right_shape() -> None:
    """Callers need no special case."""
    assert {name: array.shape for name, array in no_outputs("rtmdet-nano").items()} == {
        "boxes": (0, 100, 4),
        "scores": (0, 100),
        "count": (0, 1),
    }
