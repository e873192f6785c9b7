import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.models.drawn_person import Clothes, portrait, street


def test_people_stand_where_they_are_said_to_stand() -> None:
    """The box of a drawn person holds their clothes and little else of those colours."""
    picture, people = street(ImageSize(width=640, height=384))
    for person in people:
        near = (np.abs(picture.astype(int) - person.clothes.upper).sum(axis=2) < 40).nonzero()
        assert len(near[0]) > 100
        assert near[0].min() >= person.box.y1
        assert near[0].max() <= person.box.y2
        assert near[1].min() >= person.box.x1
        assert near[1].max() <= person.box.x2


def test_a_drawing_is_the_same_each_time() -> None:
    """Known inputs are known: no chance is in them."""
    size = ImageSize(width=128, height=256)
    np.testing.assert_array_equal(portrait(size, Clothes()), portrait(size, Clothes()))
    assert portrait(size).shape == (256, 128, 3)
