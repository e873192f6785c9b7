"""Market-1501 (Zheng et al., ICCV 2015), and what is laid out like it: identity and camera in the names of files.

0002_c1s1_000451_03.jpg is person 2 by camera 1; -1 is junk, 0000 a distractor.
"""

from __future__ import annotations

import re
from pathlib import Path

from haetae.training.readers.layout import Layout, pictures
from haetae.training.readers.samples import IdentityCrop, IdentityData

PARTS = ("bounding_box_train", "query", "bounding_box_test")
LAYOUT = Layout("Market-1501", "zheng-lab.cecs.anu.edu.au, Person Re-identification", PARTS)
_NAME = re.compile(r"(-1|\d+)_c(\d+)")


def market1501(folder: Path) -> IdentityData:
    """The data set in `folder` or its Market-1501-v15.09.15. Junk stays in the gallery, as JUNK; distractors as DISTRACTOR.

    Raises Misconfigured.
    """
    root = LAYOUT.root(folder, ["Market-1501*", "market1501"])
    train, query, gallery = (crops(root / part) for part in PARTS)
    return IdentityData("Market-1501", tuple(c for c in train if c.identity > 0), query, gallery)


def crops(folder: Path) -> tuple[IdentityCrop, ...]:
    """The crops of one folder, by name; files of other names are passed over."""
    found = ((file, _NAME.match(file.name)) for file in pictures(folder))
    return tuple(IdentityCrop(file, int(name[1]), int(name[2])) for file, name in found if name)
