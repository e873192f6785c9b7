"""How good key points are: `HAETAE_TRAINING__CLIPS=FOLDER python -m benchmarks.pose_quality [NETWORK ...]`.

On people that the pose recipe never learns from: drawn ones (identities from 1,000,000 on), and with clips the real ones of their
last sixth, where MoveNet upright is taken for the truth, also with the pictures turned by a quarter. All networks see the same
squares of 128 x 128 pixels. Without names: haetae-pose and movenet.
"""

from __future__ import annotations

import sys
import time

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring.figures import write
from haetae.domain.geometry import ImageSize
from haetae.imaging.letterbox import resized
from haetae.inference.crops import input_size_for
from haetae.inference.local import LocalInference
from haetae.inference.port import Inference
from haetae.models.pull import pull
from haetae.models.spec import IMAGES, Task
from haetae.settings import Settings
from haetae.training.pose.held_out import Reading, figures_of
from haetae.training.pose.recipe import PoseRecipe
from haetae.training.workspace import Workspace

_AT_ONCE = 16


def reading(inference: Inference, name: str) -> Reading:
    """A network of the catalogue as a function from squares of any size to key points in 0-1 of them."""
    size: ImageSize = input_size_for(name, Task.POSE)

    def read(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        images = np.stack([resized(picture, size) for picture in pictures])
        parts = [images[start : start + _AT_ONCE] for start in range(0, len(images), _AT_ONCE)]
        return np.concatenate([inference.infer(name, {IMAGES: part}, deadline_s=60.0)["keypoints"] for part in parts])

    return read


def main() -> None:
    cv2.setNumThreads(1)
    names = sys.argv[1:] or ["haetae-pose", "movenet"]
    workspace, models = Workspace.configured(), Settings.load().models
    folder = workspace.folder / "teachers"  # not the platform's own folder: what is pulled there becomes its default
    pull(folder, names, mirror=models.mirror)
    inference = LocalInference(folder)
    learner = PoseRecipe().build(workspace)
    told: dict[str, object] = {}
    for name in names:
        read = reading(inference, name)
        figures = figures_of(read, learner.drawn, learner.real)
        one = learner.drawn.pictures[:1]
        began_s = time.process_time()
        for _ in range(50):
            read(one)
        figures["ms_a_person"] = 20 * (time.process_time() - began_s)
        told[name] = {figure: round(value, 4) for figure, value in figures.items()}
        print(name, told[name], flush=True)
    print(write("pose_quality", told))


if __name__ == "__main__":
    main()
