"""People of COCO (Lin et al., ECCV 2014), with boxes and, where the file has them, key points."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.training.readers.layout import Layout, read
from haetae.training.readers.samples import PeopleFrame, people

LAYOUT = Layout("COCO", "cocodataset.org", ("annotations",))
_KINDS = ("person_keypoints", "instances")


def coco(folder: Path, part: str = "val2017") -> list[PeopleFrame]:
    """Every picture of `part` with a person in it; crowds are ignored boxes. Raises Misconfigured."""
    root = LAYOUT.root(folder, ["coco*", "COCO*"])
    files = [root / "annotations" / f"{kind}_{part}.json" for kind in _KINDS]
    file = next((each for each in files if each.is_file()), files[0])
    Layout("COCO", LAYOUT.home, (f"annotations/{file.name}", f"{part}/")).root(root)
    return read(file, lambda: _frames(file, root / part))


def _frames(file: Path, pictures: Path) -> list[PeopleFrame]:
    from pycocotools.coco import COCO

    with redirect_stdout(io.StringIO()):
        index = COCO(str(file))
    person = index.getCatIds(catNms=["person"])
    frames = []
    for image in sorted(index.getImgIds(catIds=person)):
        rows = index.loadAnns(index.getAnnIds(imgIds=[image], catIds=person))
        truth = people([(row["bbox"], bool(row.get("iscrowd", 0))) for row in rows])
        name = index.loadImgs([image])[0]["file_name"]
        frames.append(PeopleFrame(pictures / name, truth, _keypoints([row for row in rows if not row.get("iscrowd", 0)])))
    return frames


def _keypoints(rows: list[dict[str, Any]]) -> NDArray[np.float32] | None:
    if any("keypoints" not in row for row in rows):
        return None
    return np.array([row["keypoints"] for row in rows], np.float32).reshape(-1, 17, 3)
