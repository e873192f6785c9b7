import cv2
import numpy as np
import pytest

from haetae.domain.attributes import COLOURS, AttributeName
from haetae.domain.geometry import ImageSize
from haetae.imaging.colours import clothing_colours
from haetae.imaging.oklab import to_oklab
from haetae.models.drawn_person import Clothes, portrait

BGR = {
    "black": (26, 24, 24),
    "white": (236, 238, 238),
    "grey": (126, 128, 130),
    "red": (38, 36, 190),
    "orange": (30, 118, 238),
    "yellow": (50, 214, 236),
    "green": (62, 140, 58),
    "blue": (178, 84, 40),
    "purple": (140, 52, 112),
    "pink": (190, 160, 242),
    "brown": (42, 72, 112),
    "beige": (166, 196, 216),
}


def best(scores: dict[str, float]) -> str:
    return max(scores, key=lambda name: scores[name])


def flat_crop(upper: tuple[int, int, int], lower: tuple[int, int, int], behind: tuple[int, int, int]) -> np.ndarray:
    """A person of two flat garments and a head before one flat background, (256, 110, 3)."""
    crop = np.full((256, 110, 3), behind, dtype=np.uint8)
    crop[12:46, 42:68] = (130, 160, 205)
    crop[46:132, 26:84] = upper
    crop[132:244, 34:76] = lower
    return crop


@pytest.mark.parametrize("behind", [(150, 155, 150), (60, 70, 75), (60, 110, 60)])
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_is_named_on_both_garments(colour: str, behind: tuple[int, int, int]) -> None:
    """Each of the twelve names is found on upper and lower clothing before several backgrounds."""
    other = "white" if colour != "white" else "black"
    scores = clothing_colours(flat_crop(BGR[colour], BGR[other], behind)).scores
    assert best(dict(scores[AttributeName.UPPER_COLOUR])) == colour
    assert best(dict(scores[AttributeName.LOWER_COLOUR])) == other
    scores = clothing_colours(flat_crop(BGR[other], BGR[colour], behind)).scores
    assert best(dict(scores[AttributeName.LOWER_COLOUR])) == colour
    assert scores[AttributeName.LOWER_COLOUR][colour] > 0.8


@pytest.mark.parametrize("light", [0.75, 1.1])
def test_light_and_noise_do_not_change_a_strong_colour(light: float) -> None:
    """A red coat stays red in weaker and stronger light and in a noisy picture."""
    crop = flat_crop(BGR["red"], BGR["blue"], (150, 155, 150)).astype(float) * light
    noisy = np.clip(crop + np.random.default_rng(1).normal(0, 12, crop.shape), 0, 255).astype(np.uint8)
    scores = clothing_colours(noisy).scores
    assert best(dict(scores[AttributeName.UPPER_COLOUR])) == "red"
    assert best(dict(scores[AttributeName.LOWER_COLOUR])) == "blue"


def test_a_shaded_person_has_the_colours_of_its_clothes() -> None:
    """Round limbs with light and shade are still one garment."""
    crop = portrait(ImageSize(width=96, height=256), Clothes(upper=BGR["green"], lower=BGR["blue"]))
    scores = clothing_colours(crop).scores
    assert best(dict(scores[AttributeName.UPPER_COLOUR])) == "green"
    assert best(dict(scores[AttributeName.LOWER_COLOUR])) == "blue"


def test_a_striped_garment_has_both_colours() -> None:
    """Two colours with half of a garment each both speak for themselves, and a third speaks against itself."""
    crop = flat_crop(BGR["white"], BGR["black"], (60, 110, 60))
    crop[46:132:16] = crop[47:132:16] = BGR["red"]
    for offset in range(8):
        crop[46 + offset : 132 : 16, 26:84] = BGR["red"]
    upper = clothing_colours(crop).scores[AttributeName.UPPER_COLOUR]
    assert upper["red"] > 0.6
    assert upper["white"] > 0.6
    assert upper["green"] < 0.2


def test_background_that_shines_through_counts_little() -> None:
    """A thin person in a wide box is not the colour of the wall."""
    crop = np.full((200, 110, 3), BGR["green"], dtype=np.uint8)
    crop[30:190, 42:68] = BGR["red"]
    upper = clothing_colours(crop).scores[AttributeName.UPPER_COLOUR]
    assert best(dict(upper)) == "red"


def test_says_nothing_of_what_cannot_be_seen() -> None:
    """A box without legs has no lower colour; a speck has none at all."""
    assert set(clothing_colours(np.zeros((100, 90, 3), np.uint8)).scores) == {AttributeName.UPPER_COLOUR}
    assert clothing_colours(np.zeros((15, 7, 3), np.uint8)).scores == {}


def test_oklab_agrees_with_its_published_values() -> None:
    """White is (1, 0, 0); the primaries are those of the definition."""
    pixels = np.array([[[255, 255, 255], [0, 0, 255], [0, 255, 0], [255, 0, 0]]], dtype=np.uint8)
    expected = np.array([[1, 0, 0], [0.62796, 0.22486, 0.12585], [0.86644, -0.23389, 0.17950], [0.45201, -0.03246, -0.31153]])
    np.testing.assert_allclose(to_oklab(pixels)[0], expected, atol=2e-4)


def test_scores_do_not_depend_on_the_size_of_the_crop() -> None:
    """The same person near and far has the same colours."""
    crop = flat_crop(BGR["purple"], BGR["beige"], (150, 155, 150))
    near = clothing_colours(cv2.resize(crop, None, fx=3, fy=3)).scores
    far = clothing_colours(cv2.resize(crop, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)).scores
    for name in (AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR):
        assert best(dict(near[name])) == best(dict(far[name]))
