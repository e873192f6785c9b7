"""The flow from best shots to a sighting, over fakes."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.attributes import AttributeName
from haetae.domain.embedding import ModelVersion
from haetae.domain.tracklet import Tracklet
from haetae.errors import Poison
from services.reid.pipeline import averaged
from tests.kit.builders import attributes, best_shot, tracklet
from tests.unit.services.reid.fakes import FakeCrops, FakeEmbedder, grey, pipeline


def seen(number: int, *levels: tuple[str, float], revision: int = 1, closed: bool = True) -> Tracklet:
    """A tracklet with best shots of these keys and qualities."""
    shots = tuple(best_shot(blob_key=key, total=total) for key, total in levels)
    return tracklet(number, best_shots=shots, revision=revision, closed=closed)


def test_sighting_carries_the_facts_of_its_tracklet() -> None:
    """A sighting has its tracklet's id, camera, times, shots, path and revision."""
    source = seen(1, ("a", 0.9), revision=7, closed=False)
    (sighting,) = pipeline(FakeCrops({"a": grey(10)})).process([source])
    for name in (
        "id",
        "camera_id",
        "started_at",
        "ended_at",
        "n_detections",
        "best_shots",
        "path",
        "frame_size",
        "closed",
        "revision",
    ):
        assert getattr(sighting, name) == getattr(source, name)
    assert sighting.attribute_model == "fake-attributes"


def test_embedding_is_weighted_by_quality_and_of_length_one() -> None:
    """The embedding is the quality-weighted mean direction of the shots, L2-normalised, with its model."""
    crops = FakeCrops({"dark": grey(0), "light": grey(255)})
    (sighting,) = pipeline(crops).process([seen(1, ("dark", 0.8), ("light", 0.2))])
    assert sighting.embedding is not None
    assert sighting.embedding.model == FakeEmbedder().model
    np.testing.assert_allclose(sighting.embedding.vector, np.array([0.8, 0.2]) / np.hypot(0.8, 0.2), atol=1e-6)


def test_attributes_are_weighted_by_quality_and_colours_measured() -> None:
    """Scores are the weighted mean over the shots; where the network and the pixels both name a colour, the pixels win."""
    crops = FakeCrops({"dark": grey(0), "light": grey(255)})
    (sighting,) = pipeline(crops).process([seen(1, ("dark", 0.75), ("light", 0.25))])
    assert sighting.attributes.score(AttributeName.GENDER, "male") == pytest.approx(0.25)
    assert sighting.attributes.scores[AttributeName.UPPER_COLOUR] == {"red": pytest.approx(0.9)}


def test_an_attribute_that_one_shot_is_silent_on_is_not_thinned() -> None:
    """Averaging counts only the readings that speak of an attribute."""
    spoken = attributes()
    silent = type(spoken)({})
    assert averaged([(spoken, 0.5), (silent, 0.5)]).score(AttributeName.GENDER, "male") == pytest.approx(0.9)


def test_crops_of_several_tracklets_share_one_inference() -> None:
    """A batch of tracklets costs one call of the network."""
    embedder = FakeEmbedder()
    crops = FakeCrops({key: grey(20) for key in "abcd"})
    pipeline(crops, embedder).process([seen(1, ("a", 0.9), ("b", 0.5)), seen(2, ("c", 0.9), ("d", 0.5))])
    assert embedder.batches == [4]


def test_a_shot_is_embedded_once() -> None:
    """An update that keeps a shot and brings a new one costs the new one only."""
    embedder = FakeEmbedder()
    reid = pipeline(FakeCrops({key: grey(20) for key in "ab"}), embedder)
    reid.process([seen(1, ("a", 0.9), closed=False)])
    reid.process([seen(1, ("b", 0.95), ("a", 0.9), revision=2)])
    assert embedder.batches == [1, 1]
    assert reid.n_crops_read == 2


def test_memory_of_shots_is_bounded() -> None:
    """The shot unused for longest is forgotten, and read again when it is needed."""
    embedder = FakeEmbedder()
    reid = pipeline(FakeCrops({key: grey(20) for key in "abc"}), embedder, remembered=2)
    for key in "abac":  # 'b' is now the one unused for longest
        reid.process([seen(1, (key, 0.9))])
    assert len(embedder.batches) == 3
    reid.process([seen(1, ("a", 0.9))])
    assert len(embedder.batches) == 3
    reid.process([seen(1, ("b", 0.9))])
    assert len(embedder.batches) == 4


def test_missing_crops_leave_the_remaining_shots() -> None:
    """A shot whose crop is gone does not count."""
    (sighting,) = pipeline(FakeCrops({"light": grey(255)})).process([seen(1, ("gone", 0.9), ("light", 0.2))])
    assert sighting.embedding is not None
    np.testing.assert_allclose(sighting.embedding.vector, [0.0, 1.0], atol=1e-6)


def test_a_tracklet_without_any_crop_is_poison() -> None:
    """Where every crop is gone the tracklet can never be embedded."""
    with pytest.raises(Poison, match="best shots"):
        pipeline(FakeCrops({})).process([seen(1, ("gone", 0.9))])


def test_only_the_newest_revision_of_a_batch_is_read() -> None:
    """Updates that a later message of the same batch replaces cost nothing."""
    crops = FakeCrops({key: grey(20) for key in "abc"})
    batch = [seen(1, ("a", 0.5), revision=1), seen(1, ("c", 0.7), revision=3), seen(1, ("b", 0.6), revision=2)]
    (sighting,) = pipeline(crops).process(batch)
    assert sighting.revision == 3
    assert crops.asked == ["c"]


def test_only_the_best_shots_are_read() -> None:
    """At most `shots_per_tracklet` shots are read, best first."""
    crops = FakeCrops({key: grey(20) for key in "abc"})
    pipeline(crops, shots=2).process([seen(1, ("a", 0.9), ("b", 0.8), ("c", 0.7))])
    assert crops.asked == ["a", "b"]


def test_worthless_shots_still_give_a_direction() -> None:
    """Shots of quality 0 give an embedding rather than a division by zero."""
    (sighting,) = pipeline(FakeCrops({"a": grey(255)})).process([seen(1, ("a", 0.0))])
    assert sighting.embedding is not None
    np.testing.assert_allclose(sighting.embedding.vector, [0.0, 1.0], atol=1e-6)


def test_a_stored_sighting_is_embedded_again_by_the_new_model() -> None:
    """Re-embedding reads the crops of a sighting by today's network; without crops there is no embedding."""
    crops = FakeCrops({"a": grey(255)})
    (old,) = pipeline(crops).process([seen(1, ("a", 0.9))])
    new = ModelVersion("reid-next", "2-f32")
    (again,) = pipeline(crops, FakeEmbedder(new)).embed_again([old])
    assert again is not None
    assert again.model == new
    assert pipeline(FakeCrops({}), FakeEmbedder(new)).embed_again([old]) == [None]


def test_what_one_model_read_is_not_used_for_another() -> None:
    """A model that changes while the worker runs reads every crop anew."""
    embedder = FakeEmbedder()
    reid = pipeline(FakeCrops({"a": grey(20)}), embedder)
    reid.process([seen(1, ("a", 0.9))])
    embedder.model = ModelVersion("reid-next", "2-f32")
    (sighting,) = reid.process([seen(1, ("a", 0.9), revision=2)])
    assert embedder.batches == [1, 1]
    assert sighting.embedding is not None
    assert sighting.embedding.model == embedder.model


def test_inference_calls_are_bounded() -> None:
    """However many crops a batch has, one call takes no more than 32."""
    keys = [f"crop-{n}" for n in range(70)]
    embedder = FakeEmbedder()
    pipeline(FakeCrops({key: grey(20) for key in keys}), embedder).process([seen(n, (key, 0.9)) for n, key in enumerate(keys)])
    assert embedder.batches == [32, 32, 6]
