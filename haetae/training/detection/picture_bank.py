"""Pictures of many sizes in one file, read without being loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_PIXELS, _ROWS, _COLUMNS = "pixels.u8", "rows.npy", "columns.npz"


@dataclass(frozen=True, slots=True)
class PictureBank:
    """A folder of pictures. Processes that open the same bank share its pages; a bank is small to pickle.

    `columns` hold what else is known, one entry a picture.
    """

    folder: Path
    rows: NDArray[np.int64]  # (n, 4): offset, height, width, channels
    columns: Mapping[str, NDArray[Any]]
    pixels: NDArray[np.uint8]

    @classmethod
    def opened(cls, folder: Path) -> PictureBank:
        with np.load(folder / _COLUMNS) as columns:
            known = {name: columns[name] for name in columns.files}
        return cls(folder, np.load(folder / _ROWS), known, np.memmap(folder / _PIXELS, np.uint8, "r"))

    def __reduce__(self) -> tuple[Any, ...]:
        return PictureBank.opened, (self.folder,)

    def __len__(self) -> int:
        return len(self.rows)

    def picture(self, index: int) -> Picture:
        """(h, w, channels) uint8, read-only."""
        offset, height, width, channels = self.rows[index].tolist()
        return self.pixels[offset : offset + height * width * channels].reshape(height, width, channels)


def stored(folder: Path, pictures: Iterable[tuple[Picture, Mapping[str, float]]]) -> PictureBank:
    """Writes a bank; it appears under `folder` only when it is whole. Raises ValueError where there is no picture."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    rows: list[tuple[int, ...]] = []
    columns: dict[str, list[float]] = {}
    with (partial / _PIXELS).open("wb") as file:
        offset = 0
        for picture, facts in pictures:
            rows.append((offset, *picture.shape))
            for name, value in facts.items():
                columns.setdefault(name, []).append(value)
            offset += file.write(np.ascontiguousarray(picture).data)
    if not rows:
        raise ValueError("a bank needs at least one picture")
    np.save(partial / _ROWS, np.array(rows, np.int64))
    np.savez(partial / _COLUMNS, **{name: np.array(values) for name, values in columns.items()})  # type: ignore[arg-type]
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return PictureBank.opened(folder)


def relabelled(bank: PictureBank, folder: Path, columns: Mapping[str, NDArray[Any]]) -> PictureBank:
    """The same pictures as a bank of its own with other columns; the pixels are linked, not copied."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    (partial / _PIXELS).symlink_to((bank.folder / _PIXELS).resolve())
    np.save(partial / _ROWS, bank.rows)
    np.savez(partial / _COLUMNS, **{name: np.asarray(values) for name, values in columns.items()})  # type: ignore[arg-type]
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return PictureBank.opened(folder)


def joined(banks: Sequence[PictureBank]) -> Iterator[tuple[Picture, Mapping[str, float]]]:
    """All pictures of several banks with their columns, one bank after the other."""
    for bank in banks:
        for index in range(len(bank)):
            yield bank.picture(index), {name: values[index] for name, values in bank.columns.items()}
