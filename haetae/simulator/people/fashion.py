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
JEANS = {"denim_dark": 0.36, "denim": 0.36, "denim_light": 0.14, "denim_black": 0.14}
BAG_TONES = {
    "black": 4, "navy": 1.2, "brown": 1.2, "grey": 1, "beige": 0.8, "red": 0.7, "olive": 0.4, "blue": 0.5, "pink": 0.3,
}  # fmt: skip
TOTE_TONES = {"cream": 2.5, "white": 2, "beige": 1.5, "black": 1.5, "brown": 1, "red": 0.5, "blue": 0.5}
HAT_TONES = {
    "black": 2.2, "navy": 1.3, "white": 1.3, "beige": 1.2, "grey": 1, "red": 0.9, "blue": 0.7, "brown": 0.5, "pink": 0.3,
}  # fmt: skip
SHOE_TONES = {
    "black": 4, "white": 2.6, "brown": 1.4, "grey": 1.2, "navy": 0.6, "red": 0.4, "beige": 0.6, "blue": 0.3, "pink": 0.2,
    "green": 0.12, "yellow": 0.12, "orange": 0.12, "purple": 0.12,
}  # fmt: skip
PATTERNS = {
    PatternKind.STRIPES: 0.26, PatternKind.CHECK: 0.2, PatternKind.PRINT: 0.24, PatternKind.LETTERS: 0.16,
    PatternKind.BLOCK: 0.1, PatternKind.PINSTRIPES: 0.06,
}  # fmt: skip
