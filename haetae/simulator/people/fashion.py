"""How often which tone is worn on what, and which patterns: weights, not shares."""

from __future__ import annotations

from haetae.simulator.people.wardrobe import PatternKind

UPPER_TONES = {
    "black": 4, "charcoal": 1.0, "grey": 2.0, "light_grey": 1.4, "white": 2.8, "navy": 2.2, "blue": 1.1, "royal": 0.5, "sky": 0.8,
    "red": 0.9, "maroon": 0.4, "green": 0.6, "forest": 0.4, "olive": 0.4, "beige": 1.1, "cream": 0.5, "brown": 0.8, "yellow": 0.5,
    "mustard": 0.2, "orange": 0.5, "pink": 0.7, "rose": 0.2, "purple": 0.5, "lilac": 0.3, "teal": 0.3, "khaki": 0.3, "lime": 0.15,
}  # fmt: skip
LOWER_TONES = {
    "black": 3.2, "charcoal": 1.0, "grey": 1.3, "navy": 1.6, "blue": 0.7, "beige": 1.1, "khaki": 0.5, "olive": 0.4, "brown": 0.7,
    "white": 0.7, "cream": 0.3, "red": 0.2, "green": 0.2, "pink": 0.2, "purple": 0.15, "orange": 0.1, "yellow": 0.1,
}  # fmt: skip
OUTER_TONES = {
    "black": 4, "charcoal": 1.0, "grey": 1.2, "navy": 2.2, "beige": 1.4, "brown": 0.9, "tan": 0.4, "olive": 0.6, "white": 0.5,
    "cream": 0.4, "red": 0.6, "maroon": 0.3, "blue": 0.6, "green": 0.4, "khaki": 0.5, "yellow": 0.25, "pink": 0.25, "orange": 0.2,
    "purple": 0.2,
}  # fmt: skip
BRIGHT = {"red": 1, "royal": 1, "yellow": 1, "orange": 0.8, "pink": 1.2, "green": 0.8, "sky": 0.8, "purple": 0.6, "white": 1}
WOMENS = {"pink": 2.4, "rose": 4, "lilac": 3, "purple": 2, "red": 1.6, "cream": 2, "yellow": 1.5, "orange": 1.4, "teal": 1.5}
"""How much oftener women and girls wear a tone."""
KNITTED = {"red": 1, "royal": 1, "mustard": 1, "yellow": 0.6, "orange": 0.8, "pink": 0.8, "cream": 1, "white": 0.8, "green": 0.6}
"""Woollen caps: in a dark one a head would look as if it had hair."""
JEANS = {"denim_dark": 0.36, "denim": 0.36, "denim_light": 0.14, "denim_black": 0.14}
BAG_TONES = {
    "black": 3, "navy": 1.0, "brown": 1.4, "grey": 0.8, "beige": 1.0, "red": 1.0, "olive": 0.4, "blue": 0.6, "pink": 0.4,
    "yellow": 0.3, "white": 0.5,
}  # fmt: skip
TOTE_TONES = {"cream": 2.5, "white": 2, "beige": 1.5, "black": 1.5, "brown": 1, "red": 0.5, "blue": 0.5}
HAT_TONES = {
    "black": 0.9, "navy": 1.0, "white": 1.6, "beige": 1.2, "red": 1.2, "blue": 1.0, "green": 0.5, "pink": 0.5, "yellow": 0.5,
}  # fmt: skip
SHOE_TONES = {
    "black": 4, "white": 2.6, "brown": 1.4, "grey": 1.2, "navy": 0.6, "red": 0.4, "beige": 0.6, "blue": 0.3, "pink": 0.2,
    "green": 0.12, "yellow": 0.12, "orange": 0.12, "purple": 0.12,
}  # fmt: skip
PATTERNS = {
    PatternKind.STRIPES: 0.32, PatternKind.CHECK: 0.32, PatternKind.PRINT: 0.06, PatternKind.LETTERS: 0.04,
    PatternKind.BLOCK: 0.14, PatternKind.PINSTRIPES: 0.12,
}  # fmt: skip
YOUNG_PATTERNS = {PatternKind.PRINT: 0.4, PatternKind.LETTERS: 0.35, PatternKind.STRIPES: 0.15, PatternKind.BLOCK: 0.1}
