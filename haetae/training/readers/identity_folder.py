"""A plain folder of identities: one folder a person, its pictures named after their cameras.

FOLDER/anna/gate_001.jpg is anna by the camera "gate" (what stands before the first underscore; without one, a camera of its own).
With folders FOLDER/query and FOLDER/gallery of that kind those are used; without, the first picture by each camera asks.
"""

from __future__ import annotations

from pathlib import Path

from haetae.errors import Misconfigured
from haetae.training.readers.layout import pictures
from haetae.training.readers.samples import IdentityCrop, IdentityData


def identity_folder(folder: Path) -> IdentityData:
    """People numbered from 1 in order of their names, and so are cameras. Raises Misconfigured where there are no two people."""
    split = [folder / part for part in ("query", "gallery")]
    parts = split if all(part.is_dir() for part in split) else [folder]
    names = sorted({path.name for part in parts for path in part.iterdir() if path.is_dir()}) if folder.is_dir() else []
    if len(names) < 2:
        raise Misconfigured(
            f"{folder} is no folder of identities: make one folder a person in it, with pictures named <camera>_<anything>.jpg."
        )
    files = [[file for name in names for file in pictures(part / name)] for part in parts]
    cameras = {name: i for i, name in enumerate(sorted({_camera(file) for part in files for file in part}), start=1)}
    crops = [
        tuple(IdentityCrop(file, names.index(file.parent.name) + 1, cameras[_camera(file)]) for file in part) for part in files
    ]
    query, gallery = crops if len(crops) == 2 else (_first_of_each(crops[0]), crops[0])
    return IdentityData(folder.name, (), query, gallery)


def _camera(file: Path) -> str:
    return file.stem.partition("_")[0]


def _first_of_each(crops: tuple[IdentityCrop, ...]) -> tuple[IdentityCrop, ...]:
    first: dict[tuple[int, int], IdentityCrop] = {}
    for crop in crops:
        first.setdefault((crop.identity, crop.camera), crop)
    return tuple(first.values())
