"""What `haetae analyze` writes, without a video."""

from __future__ import annotations

from datetime import timedelta

from haetae.cli.analysis.following import KeptCrops, Person
from haetae.cli.analysis.looking import LANDSCAPE, PORTRAIT, detector_input_for
from haetae.cli.analysis.mot import MotRows
from haetae.cli.analysis.sightings import line
from haetae.domain.detection import Detection
from haetae.domain.geometry import Box, ImageSize
from tests.kit.builders import T0, attributes, tracklet


def test_mot_rows_are_in_order_of_frame_and_id() -> None:
    """Frame from 1, id, left, top, width, height, score, and three times -1; rows of nobody are left out."""
    rows = MotRows()
    for frame in (1, 2):
        for number in (7, 4, 9):
            rows.add(frame, number, Detection(Box(10, 20, 30.5, 60), 0.875))
    rows.forget([9])
    assert list(rows.lines({7: 1, 4: 2})) == [
        f"{frame},{id},10.00,20.00,20.50,40.00,0.8750,-1,-1,-1\n" for frame in (1, 2) for id in (1, 2)
    ]
    assert list(MotRows().lines({})) == []


def test_sighting_line_tells_seconds_of_the_video() -> None:
    """Times are seconds since the first frame; colours stand apart from attributes; there is no embedding."""
    began = T0 - timedelta(seconds=2)
    told = line(Person(3, tracklet(), {}), attributes(), began)
    assert (told["id"], told["started_s"], told["ended_s"]) == (3, 2.0, 6.0)
    assert told["best_shot"] == {"at_s": 4.0, "box": [100.0, 100.0, 180.0, 300.0], "score": 0.9, "quality": 0.8}
    assert told["colours"] == {"upper": {"red": 0.8, "pink": 0.2}, "lower": {"blue": 0.7}}
    assert set(told["attributes"]) == {"gender", "bag"}  # type: ignore[call-overload]
    assert "embedding" not in told


def test_crops_are_kept_while_their_person_is_followed() -> None:
    """Crops of somebody who is over are forgotten, also those that better ones replaced."""
    crops, one, two = KeptCrops(), tracklet(1), tracklet(2)
    for person in (one, two):
        for shot in person.best_shots:
            crops.put(shot.blob_key, b"jpeg")
    assert set(crops.take_all([one.best_shots[0].blob_key]).values()) == {b"jpeg"}
    crops.forget(one.id)
    assert crops.n_kept == len(two.best_shots)


def test_upright_videos_get_an_upright_input() -> None:
    """The detector's input is turned with the video."""
    assert detector_input_for(ImageSize(width=1920, height=1080)) == LANDSCAPE
    assert detector_input_for(ImageSize(width=1080, height=1920)) == PORTRAIT
