"""Tiny pictures for folders that tests lay out as the public data sets are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def picture(file: Path, *, width: int = 32, height: int = 64) -> Path:
    """A grey picture at `file`; its folders are made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(file), np.full((height, width, 3), 90, np.uint8))
    return file


def pictures(folder: Path, *names: str) -> None:
    """A picture of each name."""
    for name in names:
        picture(folder / name)


def text(file: Path, *lines: str) -> Path:
    """Lines of text at `file`; its folders are made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file
