"""Which person of a photo is meant, and how it is read."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.detection import Detection, meant
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Refused
from haetae.imaging.probe_limits import ProbeLimits
from services.search.probes import Photo, ProbeReader
from tests.kit.builders import HD, pixels
from tests.unit.services.search.fakes import MeanColour, StagedDetector

MIDDLE = Detection(Box(560, 160, 720, 640), 0.9)
SMALL = Detection(Box(600, 300, 640, 400), 0.95)
CORNER = Detection(Box(0, 200, 170, 710), 0.9)


def test_the_large_and_central_person_is_meant() -> None:
    """Neither the small one in the middle nor the large one in the corner."""
    assert meant([SMALL, CORNER, MIDDLE], HD) == MIDDLE


def test_a_photo_gives_box_quality_and_crop() -> None:
    """The detected box is given back with a quality, and the crop is what is under it."""
    reader = ProbeReader(StagedDetector({HD: [SMALL, MIDDLE]}), MeanColour())
    [read] = reader.read([Photo(pixels(HD))])
    assert read.probe.box == MIDDLE.box
    assert 0 < read.probe.quality <= 1
    assert read.crop.shape == (480, 160, 3)
    assert read.n_people == 2


def test_the_callers_box_wins_and_nobody_looks() -> None:
    """With a box there is no detection; the box is clipped to the photo."""
    detector = StagedDetector({HD: [MIDDLE]})
    [read] = ProbeReader(detector, MeanColour()).read([Photo(pixels(HD), Box(-20, 10, 100, 300))])
    assert read.probe.box == Box(0, 10, 100, 300)
    assert read.n_people is None
    assert detector.looked_at == []


def test_a_photo_with_nobody_in_it_is_refused() -> None:
    """The problem says which photo."""
    reader = ProbeReader(StagedDetector({HD: [MIDDLE]}), MeanColour())
    with pytest.raises(Refused, match="photo 2") as refused:
        reader.read([Photo(pixels(HD)), Photo(pixels(ImageSize(width=64, height=64)))])
    assert (refused.value.status, refused.value.kind) == (422, "no-person-in-photo")


@pytest.mark.parametrize(
    "box", [Box(2000, 10, 2100, 300), Box(100, 10, 100, 300), Box(100, 10, 105, 300), Box(300, 10, 100, 300)]
)
def test_a_box_outside_the_photo_is_refused(box: Box) -> None:
    """A box must hold some of the photo."""
    reader = ProbeReader(StagedDetector({}), MeanColour())
    with pytest.raises(Refused) as refused:
        reader.read([Photo(pixels(HD), box)])
    assert refused.value.kind == "box-outside-photo"


def test_probes_are_embedded_in_the_order_of_the_photos() -> None:
    """One row a photo, with the model that made it."""
    reader = ProbeReader(StagedDetector({}), MeanColour())
    read = reader.read([Photo(pixels(HD, seed=n), Box(0, 0, 60, 120)) for n in range(3)])
    made = reader.embed(read)
    assert made.vectors.shape == (3, 3)
    assert [photo.probe.photo for photo in made.photos] == [0, 1, 2]
    assert made.model == MeanColour.model


SHARP = pixels(HD)
LIMITS = ProbeLimits(least_height_px=100.0, least_sharpness=0.0)


def test_a_photo_that_shows_too_little_is_refused_with_its_numbers() -> None:
    """Neither looked for nor silently answered: the problem says what lacks, and that one may insist."""
    reader = ProbeReader(StagedDetector({}), MeanColour(), limits=LIMITS)
    read = reader.read([Photo(SHARP, Box(10, 10, 40, 70))])
    with pytest.raises(Refused, match="60 pixels tall, and 100 are needed") as refused:
        reader.embed(read)
    assert (refused.value.status, refused.value.kind) == (422, "probe-too-poor")
    assert refused.value.subject["height_px"] == 60.0
    assert len(reader.embed(read, accept_poor=True).vectors) == 1


def test_good_photos_count_without_the_poor_ones() -> None:
    """Of two photos the one that is good enough is looked for; whoever insists gets both."""
    reader = ProbeReader(StagedDetector({}), MeanColour(), limits=LIMITS)
    read = reader.read([Photo(SHARP, Box(10, 10, 40, 70)), Photo(SHARP, Box(10, 10, 140, 310))])
    assert [photo.lacks is None for photo in read] == [False, True]
    assert [photo.probe.photo for photo in reader.embed(read).photos] == [1]
    assert [photo.probe.photo for photo in reader.embed(read, accept_poor=True).photos] == [0, 1]


def test_a_blurred_photo_is_too_poor() -> None:
    """Where the limit is of sharpness, its number is told."""
    reader = ProbeReader(StagedDetector({}), MeanColour(), limits=ProbeLimits(0.0, 0.9))
    [read] = reader.read([Photo(np.full_like(SHARP, 127), Box(10, 10, 140, 310))])
    assert read.lacks == "its sharpness is 0.000, and 0.900 is needed"
