import numpy as np
import pytest

from haetae.domain.embedding import ModelVersion
from haetae.errors import Misconfigured, Poison
from haetae.inference.embedder import Embedder
from tests.kit.networks import FakeInference, mean_colour_vectors


def test_crops_of_any_size_become_unit_rows_in_order() -> None:
    """Row i is the vector of crop i, of length one, whatever the crops' sizes."""
    red, blue = np.zeros((90, 30, 3), np.uint8), np.zeros((300, 200, 3), np.uint8)
    red[..., 2], blue[..., 0] = 200, 200
    inference = FakeInference({"reid-0288": mean_colour_vectors})
    vectors = Embedder(inference, "reid-0288").embed([red, blue, red])
    assert vectors.shape == (3, 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(vectors[0], vectors[2])
    assert vectors[0] @ vectors[1] < 0.1
    assert inference.batches[0].shape == (3, 256, 128, 3)


def test_nobody_gives_no_rows() -> None:
    """An empty list gives (0, d), without a call."""
    assert Embedder(FakeInference({}), "reid-0288").embed([]).shape == (0, 256)


def test_the_model_names_what_serves() -> None:
    """Name from the catalogue, version from whoever runs it."""
    assert Embedder(FakeInference({}, version="abc-openvino-bf16"), "reid-0286").model == ModelVersion(
        "reid-0286", "abc-openvino-bf16"
    )


def test_a_vector_of_zeros_is_poison() -> None:
    """Zeros never become an embedding that is near to everybody."""
    inference = FakeInference({"reid-0288": lambda images: {"embedding": np.zeros((len(images), 256), np.float32)}})
    with pytest.raises(Poison):
        Embedder(inference, "reid-0288").embed([np.zeros((10, 10, 3), np.uint8)])


def test_only_embedders_embed() -> None:
    """A detector's name is refused at the start."""
    with pytest.raises(Misconfigured):
        Embedder(FakeInference({}), "rtmdet-nano")
