"""Pictures from a folder of clips and photos, as a network takes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.imaging.letterbox import letterbox
from haetae.models.spec import DETECTOR_INPUT

_PHOTOS, _CLIPS = {".jpg", ".jpeg", ".png"}, {".mp4", ".mkv", ".avi", ".mov"}
_A_CLIP = 12  # frames, spread over it


def pictures_for(file: Path, folder: Path, at_most: int = 48) -> list[NDArray[np.float32]]:
    """Inputs (1, 3, h, w) float32 0-255 for an exported network, of its own size (640 x 384 where any does).

    Raises Misconfigured where the folder has neither photos nor clips.
    """
    shape = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).get_inputs()[0].shape
    fixed = isinstance(shape[2], int) and isinstance(shape[3], int)
    size = ImageSize(width=shape[3], height=shape[2]) if fixed else DETECTOR_INPUT
    found = []
    for pixels in _pictures(folder):
        boxed = letterbox(pixels, size).pixels
        found.append(np.ascontiguousarray(boxed.transpose(2, 0, 1)[None], dtype=np.float32))
        if len(found) >= at_most:
            break
    if not found:
        raise Misconfigured(f"There is no photo or clip in {folder}: calibration needs some dozens of pictures.")
    return found


def _pictures(folder: Path) -> Iterator[Pixels]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for file in files:
        if file.suffix.lower() in _PHOTOS:
            photo = cv2.imread(str(file), cv2.IMREAD_COLOR)
            if photo is not None:
                yield np.asarray(photo, dtype=np.uint8)
    for file in files:
        if file.suffix.lower() in _CLIPS:
            yield from _spread(file)


def _spread(clip: Path) -> Iterator[Pixels]:
    with av.open(str(clip)) as container:
        every = max(1, container.streams.video[0].frames // _A_CLIP)
        for i, picture in enumerate(container.decode(video=0)):
            if i % every == 0:
                yield np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
