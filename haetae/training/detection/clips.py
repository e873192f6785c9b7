"""Real clips as frames with the teachers' boxes, labelled once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.imaging.letterbox import resized
from haetae.inference.port import Inference
from haetae.training.detection import teaching
from haetae.training.detection.labels import UNKNOWN_POSTURE, Boxes, LabelledFrame
from haetae.training.detection.picture_bank import Picture, PictureBank, stored

CLIPS: Mapping[str, int] = {
    "Retail02_short": 3,
    "bodypose": 4,
    "one-by-one-person-detection": 6,
    "classroom-preview": 2,
    "person-bicycle-car-detection-preview": 1,
    "worker-zone-detection-preview": 1,
}
"""Clips to learn from, and every how-manyeth frame of them is taken. What is not named here is never seen by a recipe."""

_WIDEST_PX = 800
_HELD_OUT = 1 / 6  # of each clip, its end
_VERSION = 2


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """Labelled frames of several clips. `boxes` (n, 5): xyxy and flag; frame i has those from `starts[i]` to `starts[i + 1]`."""

    bank: PictureBank
    boxes: NDArray[np.float32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bank)

    def frame(self, index: int) -> LabelledFrame:
        rows = self.boxes[self.starts[index] : self.starts[index + 1]]
        flags = rows[:, 4].astype(np.int8)
        return LabelledFrame(self.bank.picture(index), rows[:, :4], flags, np.full(len(rows), UNKNOWN_POSTURE, np.int8))

    def of_clip(self, clip: int, *, held_out: bool) -> NDArray[np.intp]:
        """Indices of the clip's frames (clips are numbered as in CLIPS), of its held-out end or of the rest."""
        return np.flatnonzero((self.bank.columns["clip"] == clip) & (self.bank.columns["held_out"] == held_out))


def clip_frames(
    clips: Path | None, banks: Path, inference: Callable[[], Inference], progress: Callable[[str], None] = lambda _: None
) -> ClipFrames:
    """The frames of the clips that lie in `clips`, from the bank or labelled now (minutes).

    Raises Misconfigured where none lies there.
    """
    paths = {name: clips / f"{name}.mp4" for name in CLIPS} if clips else {}
    paths = {name: path for name, path in paths.items() if path.is_file()}
    if not paths:
        raise Misconfigured(
            "The person detector learns from real clips as well: set HAETAE_TRAINING__CLIPS to a folder with some of "
            + ", ".join(f"{name}.mp4" for name in CLIPS)
            + "."
        )
    facts = repr((_VERSION, CLIPS, _WIDEST_PX, sorted((name, path.stat().st_size) for name, path in paths.items())))
    folder = banks / f"clips-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    labels = folder.with_suffix(".labels.npz")
    if not (folder.is_dir() and labels.is_file()):
        looks, second = teaching.looks_of(inference())
        agreed: list[tuple[Boxes, NDArray[np.int8]]] = []

        def rows() -> Iterator[tuple[Picture, Mapping[str, float]]]:
            for name, path in paths.items():
                progress(f"labelling {name}")
                seen: list[tuple[Boxes, NDArray[np.int8]]] = []
                for pixels, place in _pictures(path, CLIPS[name]):
                    seen.append(teaching.agreed(pixels, looks, second))
                    yield pixels, {"clip": list(CLIPS).index(name), "held_out": place >= 1 - _HELD_OUT}
                agreed.extend(teaching.without_furniture(seen))

        stored(folder, rows())
        boxes = [np.column_stack(frame) for frame in agreed]
        np.savez(labels, boxes=np.concatenate(boxes).astype(np.float32), starts=np.cumsum([0, *(len(b) for b in boxes)]))
    with np.load(labels) as known:
        return ClipFrames(PictureBank.opened(folder), known["boxes"], known["starts"])


def _pictures(path: Path, every: int) -> Iterator[tuple[Pixels, float]]:
    """Every so manyeth picture of a clip, at most _WIDEST_PX wide, with its place in the clip (0-1)."""
    with av.open(str(path)) as container:
        n_frames = max(1, container.streams.video[0].frames)
        for i, picture in enumerate(container.decode(video=0)):
            if i % every:
                continue
            pixels = picture.to_ndarray(format="bgr24")
            height, width = pixels.shape[:2]
            if width > _WIDEST_PX:
                pixels = resized(pixels, ImageSize(width=_WIDEST_PX, height=round(height * _WIDEST_PX / width)))
            yield np.ascontiguousarray(pixels), i / n_frames
