"""CUHK03 by the new protocol of 767 and 700 people (Zhong et al., CVPR 2017), in its own folders or by its index file.

Folders: labeled|detected / bounding_box_train, query, bounding_box_test, named as Market-1501's. Index file:
cuhk03_new_protocol_config_<kind>.mat beside images_<kind>/ with pictures such as 1_001_1_01.png.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from haetae.training.readers.layout import Layout, matlab, read
from haetae.training.readers.market1501 import PARTS, crops
from haetae.training.readers.samples import IdentityCrop, IdentityData

Kind = Literal["labeled", "detected"]
_HOME = "www.ee.cuhk.edu.hk/~xgwang/CUHK_identification.html; the new protocol: zhunzhong07/person-re-ranking on GitHub"


def cuhk03(folder: Path, kind: Kind = "detected") -> IdentityData:
    """Crops whose boxes were drawn by hand (labeled) or found (detected). Raises Misconfigured."""
    name = f"CUHK03 ({kind})"
    index = folder / f"cuhk03_new_protocol_config_{kind}.mat"
    if index.is_file():
        pictures_in = Layout(name, _HOME, (f"images_{kind}/",)).root(folder) / f"images_{kind}"
        return _indexed(name, index, pictures_in)
    root = layout(kind).root(folder, ["CUHK03*", "cuhk03*"]) / kind
    train, query, gallery = (crops(root / part) for part in PARTS)
    return IdentityData(name, train, query, gallery)


def layout(kind: Kind) -> Layout:
    return Layout(f"CUHK03 ({kind})", _HOME, tuple(f"{kind}/{part}" for part in PARTS))


def _indexed(name: str, index: Path, folder: Path) -> IdentityData:
    """The index counts from 1."""
    told = matlab(index)

    def chosen(part: str) -> tuple[IdentityCrop, ...]:
        rows = np.atleast_1d(told[f"{part}_idx"]).astype(int) - 1
        files, people, cameras = (np.atleast_1d(told[key]) for key in ("filelist", "labels", "camId"))
        return tuple(IdentityCrop(folder / str(files[i]), int(people[i]), int(cameras[i])) for i in rows)

    train, query, gallery = (read(index, lambda p=part: chosen(p)) for part in ("train", "query", "gallery"))  # type: ignore[misc]
    return IdentityData(name, train, query, gallery)
