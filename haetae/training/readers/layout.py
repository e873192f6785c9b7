"""Finding a data set's files, and saying clearly what is missing: what, where to, and where its makers offer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import scipy.io
from scipy.io.matlab import MatReadError

from haetae.errors import Misconfigured

T = TypeVar("T")

_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, MatReadError)

PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a data set's folder holds and whose it is. `home` is the page of its makers; who may use it, they say."""

    title: str
    home: str
    holds: tuple[str, ...]

    def fits(self, folder: Path) -> bool:
        """Whether everything that must be there is there."""
        return all(any(folder.glob(part)) for part in self.holds)

    def root(self, folder: Path, inside: Iterable[str] = ()) -> Path:
        """`folder`, or the one of its folders `inside` (patterns) that holds the data set. Misconfigured says what is missing."""
        for candidate in (folder, *(each for part in inside for each in sorted(folder.glob(part)))):
            if self.fits(candidate):
                return candidate
        lacking = [part for part in self.holds if not any(folder.glob(part))]
        raise Misconfigured(
            f"{self.title} is not in {folder}: {', '.join(lacking)} missing. Ask its makers for it ({self.home}) and unpack it "
            f"so that the folder holds {', '.join(self.holds)}."
        )


def pictures(folder: Path, pattern: str = "*") -> list[Path]:
    """The pictures of a folder in order of their names; whatever else lies there is passed over."""
    return [file for file in sorted(folder.glob(pattern)) if file.suffix.lower() in PICTURES]


def matlab(file: Path) -> dict[str, Any]:
    """The variables of a MATLAB file (up to version 7). Raises Misconfigured where it is damaged or too new."""
    return read(file, lambda: scipy.io.loadmat(str(file), squeeze_me=True, struct_as_record=False))


def read(file: Path, how: Callable[[], T]) -> T:
    """What `how` reads. Raises Misconfigured, naming the file, where it is not there or not of its form."""
    try:
        return how()
    except _UNREADABLE as error:
        raise Misconfigured(f"The file is missing or not what its data set's should be ({error}).", file=file) from error
