"""Frames of clips with people labelled in COCO's form, and the frames themselves."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from haetae.domain.frame import Pixels
from haetae.errors import Misconfigured
from haetae.training.evaluation.boxes import FrameTruth


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """Frame `number` (from 0) of the file `clip`, and who is in it."""

    clip: str
    number: int
    truth: FrameTruth


def labelled_frames(file: Path) -> list[LabelledFrame]:
    """The frames of a file such as tests/data/real_people/test.json: COCO's form, images with `clip` and `frame`.

    Raises Misconfigured where the file is not there or not of that form.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        boxes: dict[int, list[tuple[list[float], bool]]] = defaultdict(list)
        for each in document["annotations"]:
            left, top, width, height = each["bbox"]
            boxes[each["image_id"]].append(([left, top, left + width, top + height], bool(each.get("iscrowd", 0))))
        return [
            LabelledFrame(str(image["clip"]), int(image["frame"]), _truth(boxes[image["id"]])) for image in document["images"]
        ]
    except FileNotFoundError:
        raise Misconfigured("There is no file of labels.", file=file) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"The labels are not in COCO's form with `clip` and `frame` ({error}).", file=file) from error


def pixels_of(frames: list[LabelledFrame], clips: Path) -> Iterator[tuple[LabelledFrame, Pixels]]:
    """Each labelled frame with its pixels, clip by clip. Raises Misconfigured where a clip is missing or too short."""
    wanted: dict[str, dict[int, LabelledFrame]] = defaultdict(dict)
    for frame in frames:
        wanted[frame.clip][frame.number] = frame
    for clip, by_number in wanted.items():
        file = clips / clip
        if not file.is_file():
            raise Misconfigured(f"The clip {clip} is missing: put it into the folder of clips.", folder=clips)
        n_seen = 0
        with av.open(str(file)) as container:
            container.streams.video[0].thread_type = "NONE"
            for number, image in enumerate(container.decode(video=0)):
                if number in by_number:
                    n_seen += 1
                    yield by_number[number], image.to_ndarray(format="bgr24")
                if n_seen == len(by_number):
                    break
        if n_seen < len(by_number):
            raise Misconfigured(f"The clip {clip} is shorter than its labels say: it is another file.", folder=clips)


def _truth(rows: list[tuple[list[float], bool]]) -> FrameTruth:
    boxes = np.array([box for box, _ in rows], dtype=np.float32).reshape(-1, 4)
    return FrameTruth(boxes, np.array([crowd for _, crowd in rows], dtype=bool))
