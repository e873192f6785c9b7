"""MSMT17 (Wei et al., CVPR 2018): lists of files beside the folders train and test.

0000/0000_000_01_0303morning_0008_0.jpg is by camera 1; the number behind it in the list is the person.
"""

from __future__ import annotations

from pathlib import Path

from haetae.training.readers.layout import Layout, read
from haetae.training.readers.samples import IdentityCrop, IdentityData

_LISTS = ("list_train.txt", "list_val.txt", "list_query.txt", "list_gallery.txt")
LAYOUT = Layout("MSMT17", "www.pkuvmc.com/dataset.html", (*_LISTS, "*train*/", "*test*/"))


def msmt17(folder: Path) -> IdentityData:
    """The data set in `folder` or its MSMT17_V1 or MSMT17_V2. `train` holds both lists to learn from. Raises Misconfigured."""
    root = LAYOUT.root(folder, ["MSMT17*"])
    learn, test = _folder(root, "train"), _folder(root, "test")
    train, validation = (_crops(root / name, learn) for name in _LISTS[:2])
    query, gallery = (_crops(root / name, test) for name in _LISTS[2:])
    return IdentityData("MSMT17", train + validation, query, gallery)


def _folder(root: Path, part: str) -> Path:
    """train and test; version 2, with its faces masked, says mask_train_v2 and mask_test_v2."""
    return next(path for path in sorted(root.glob(f"*{part}*")) if path.is_dir())


def _crops(listed: Path, folder: Path) -> tuple[IdentityCrop, ...]:
    def lines() -> tuple[IdentityCrop, ...]:
        rows = [line.split() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip()]
        return tuple(IdentityCrop(folder / name, int(person), int(Path(name).name.split("_")[2])) for name, person in rows)

    return read(listed, lines)
