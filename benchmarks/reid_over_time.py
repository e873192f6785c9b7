"""Whether re-identification networks find real people again some seconds later, by hand-checked identities of a real clip.

    python -m benchmarks.reid_over_time [--clips ../shared/clips] [--networks haetae-reid,reid-0288,reid-0286]

Writes the entry "reid_over_time" of benchmarks/results/<date>-<machine>.json: for each network, people as filmed and made 50 px
tall, rank-1 and mAP over appearances at least 80 frames apart, and over those where the person has moved elsewhere meanwhile.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import figures
from haetae.domain.frame import Pixels
from haetae.training.evaluation.measured import embedder, versions
from haetae.training.reid.over_time import Embed, appearances, over_time

LABELS = Path("tests/data/real_people/retail02_identities.json")
APART_FRAMES = 80
HEIGHTS_PX = (50, None)


def main() -> None:
    """Measures every network on the same crops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, default=Path("../shared/clips"))
    parser.add_argument("--networks", default="haetae-reid,reid-0288,reid-0286")
    parser.add_argument("--models", type=Path, default=Path(".haetae/training/teachers"))
    given = parser.parse_args()
    ways: dict[str, Embed] = {name: embedder(name, given.models).embed for name in given.networks.split(",")}
    ways["colour histogram"] = histograms
    found: dict[str, object] = {}
    for height in HEIGHTS_PX:
        people = appearances(LABELS, given.clips, height)
        for name, embed in ways.items():
            for moved in (False, True):
                key = f"{name}, {f'{height} px' if height else 'as filmed'}, {'moved' if moved else 'all'}"
                found[key] = asdict(over_time(embed, people, APART_FRAMES, moved=moved))
    figures.write("reid_over_time", {**found, "networks": versions(given.networks.split(","), given.models)})


def histograms(crops: Sequence[Pixels]) -> NDArray[np.float32]:
    """(n, 480) float32: hue and saturation, and brightness, of six bands of the body: what anybody would try first."""
    return np.stack([_histogram(crop) for crop in crops])


def _histogram(crop: Pixels) -> NDArray[np.float32]:
    hsv = cv2.cvtColor(np.asarray(cv2.resize(crop, (64, 128))), cv2.COLOR_BGR2HSV)
    parts = []
    for band in np.array_split(hsv[:, 10:54], 6):
        pixels = np.ascontiguousarray(band)
        parts.append(cv2.calcHist([pixels], [0, 1], None, [12, 6], [0, 180, 0, 256]).ravel())
        parts.append(cv2.calcHist([pixels], [2], None, [8], [0, 256]).ravel())
    return np.asarray(np.sqrt(np.concatenate(parts)), np.float32)


if __name__ == "__main__":
    main()
