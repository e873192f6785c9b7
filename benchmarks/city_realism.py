"""Do networks that were trained on real people see the city's people as people?

    python -m benchmarks.city_realism [--seeds 101,102] [--shared-seed 103] [--minutes 4] [--every 4]
        [--parts detection,reid,points,shared] [--embedders reid-0288,haetae-reid]

writes the entry "city_realism" of benchmarks/results/<date>-<machine>.json. Each seed is a city of five cameras in four places,
of the test part: scenes and identities that nothing was tuned on, in whatever light and weather the seed has. A frame is taken
from each camera every few seconds, coded with H.264 as the camera's film would be, and decoded.

- Detection, score >= 0.3, IoU >= 0.5, boxes matched one to one: recall over the walkers of at least 60 px of whom at least half
  is visible (and over those of whom more than 90 % is visible), everybody but those who fall or lie, who are counted apart.
  Precision: found boxes that lie on people who are smaller or more hidden than that count neither for nor against.
- Re-identification across cameras: one crop of each visit is the query, all crops of other cameras are the gallery; people of at
  least 80 px, at least 70 % visible; beside the networks a histogram of hue, saturation and brightness in six stripes.
  `market`: the same queries by the protocol of Market-1501, where everybody else whom the query's own camera saw is searched
  as well, before and after re-ranking (k1 20, k2 6, lambda .3).
  `shared`: the same in a city where three people wear each outfit.
- Key points of those who stand or walk (at least 100 px, more than 90 % visible): PCK@.2, the share of the 17 points at most 0.2
  of the box's longer side from where they are (Yang and Ramanan 2013); and the stricter shares at 0.1 of it and at 0.2 of the
  torso (left shoulder to right hip or right to left, the longer as drawn). `alone`: of those whose box nobody else's box covers
  by more than a twentieth.

--parts measures some of it again, on the same cities; what it leaves out stays as it was measured before.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from benchmarks.measuring import figures as results
from haetae.cli.models import execution
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.imaging.crop import crop
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.pose_estimator import PoseEstimator
from haetae.models.pull import pull
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.settings import ModelsSettings
from haetae.simulator.city.agenda import Act
from haetae.simulator.city.city import City, city
from haetae.simulator.city.encoding import Coding
from haetae.simulator.city.filming import Cast, Filming, Seen
from haetae.simulator.city.map import CityCamera
from haetae.simulator.city.script import Casting
from haetae.training.evaluation.retrieval import Labels, retrieval

SIZE = ImageSize(1280, 720)
MIN_SCORE = 0.3
DOWN = (Act.FALL, Act.LIE, Act.RISE)
UPRIGHT = (Act.WALK, Act.STAND, Act.PHONE)
BANDS = ((60, 100), (100, 150), (150, 220), (220, 10_000))
DETECTORS = {"rtmdet-nano": ImageSize(640, 384), "retail-0013": None}
EMBEDDERS, POSER = "reid-0288,haetae-reid", "movenet"
PARTS = "detection,reid,points,shared"
ENTRIES = ("detection", "reid", "points", "reid_shared_outfits")


@dataclass(slots=True)
class Counted:
    """Of one detector. `found`: (box height px, visibility, found) of each eligible walker; `by_camera` the last alone."""

    found: list[tuple[float, float, bool]] = field(default_factory=list)
    by_camera: dict[str, list[bool]] = field(default_factory=dict)
    down: list[bool] = field(default_factory=list)
    right: int = 0
    wrong: int = 0
    wrong_by_camera: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, object]:
        def recall(rows: Sequence[bool]) -> float | None:
            return round(float(np.mean(rows)), 3) if rows else None

        return {
            "walkers": len(self.found),
            "recall": recall([hit for _, _, hit in self.found]),
            "recall_over_90_visible": recall([hit for _, share, hit in self.found if share > 0.9]),
            "recall_by_height": {
                f"{low}-{high}" if high < 5000 else f">{low}": recall([hit for h, _, hit in self.found if low <= h < high])
                for low, high in BANDS
            },
            "precision": round(self.right / max(1, self.right + self.wrong), 3),
            "lying_or_falling": {"people": len(self.down), "recall": recall(self.down)},
            "recall_by_camera": {camera: recall(rows) for camera, rows in self.by_camera.items()},
            "false_boxes_by_camera": self.wrong_by_camera,
        }


@dataclass(slots=True)
class Crops:
    """People of whom a crop was taken, in order."""

    numbers: list[int] = field(default_factory=list)
    cameras: list[str] = field(default_factory=list)
    vectors: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)  # by network

    def add(self, people: Sequence[Seen], camera: str, vectors: Mapping[str, Sequence[NDArray[np.float32]]]) -> None:
        self.numbers += [one.number for one in people]
        self.cameras += [camera] * len(people)
        for name, rows in vectors.items():
            self.vectors.setdefault(name, []).extend(rows)


@dataclass(slots=True)
class Judges:
    """The networks, all but our own trained on real people; those that were not asked for are not there."""

    detectors: dict[str, PersonDetector]
    embedders: dict[str, Embedder]
    poser: PoseEstimator | None

    def compare(self, cut: Sequence[Pixels]) -> dict[str, list[NDArray[np.float32]]]:
        """What each embedder, and a histogram, makes of the crops."""
        found = {name: list(embedder.embed(cut)) for name, embedder in self.embedders.items()}
        return {**found, "histogram": [histogram(each) for each in cut]}


def filmed(its: City, camera: CityCamera, figures: Cast, every_s: float) -> Iterator[tuple[Pixels, list[Seen]]]:
    """Decoded frames of one camera and who is in them."""
    filming = Filming(its, camera, SIZE, figures)
    shots = [filming.film(float(at_s)) for at_s in np.arange(1.0, its.duration_s, every_s)]
    coded = io.BytesIO()
    coding = Coding(SIZE, 15.0, quality=24 + camera.seed % 6)
    with av.open(coded, "w", format="mp4") as sink:
        stream = sink.add_stream("libx264", rate=15)
        coding.apply(stream)
        for picture, _ in shots:
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        sink.mux(stream.encode(None))
    coded.seek(0)
    with av.open(coded) as film:
        for frame, (_, people) in zip(film.decode(video=0), shots, strict=True):
            yield frame.to_ndarray(format="bgr24"), people


def box_of(seen: Seen) -> Box:
    """The part of the person's box that is in the picture."""
    return Box(*seen.box).clipped(SIZE)


def judge_detection(count: Counted, found: Sequence[Box], people: Sequence[Seen], camera: str) -> None:
    """One frame of one detector."""
    boxes = [box_of(one) for one in people]
    wanted = [k for k, one in enumerate(people) if boxes[k].height_px >= 60 and one.visibility >= 0.5]
    hits, taken = set(), set()
    if wanted and found:
        iou = np.array([[boxes[k].iou(box) for box in found] for k in wanted])
        for row, best in zip(*linear_sum_assignment(-iou), strict=True):
            if iou[row, best] >= 0.5:
                hits.add(wanted[row])
                taken.add(int(best))
    for k in wanted:
        if people[k].state.act in DOWN:
            count.down.append(k in hits)
        else:
            count.found.append((boxes[k].height_px, people[k].visibility, k in hits))
            count.by_camera.setdefault(camera, []).append(k in hits)
    for column, box in enumerate(found):
        if column in taken:
            count.right += 1
        elif not any(box.intersection_px(other) > 0.5 * box.area_px for k, other in enumerate(boxes) if k not in wanted):
            count.wrong += 1
            count.wrong_by_camera[camera] = count.wrong_by_camera.get(camera, 0) + 1


def histogram(pixels: Pixels) -> NDArray[np.float32]:
    """(480,) float32 unit vector: hue and saturation (12 x 6) and brightness (8) of six stripes, square roots."""
    small = cv2.cvtColor(cv2.resize(pixels, (64, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)
    parts = []
    for stripe in np.array_split(small[:, 10:54], 6):
        parts.append(cv2.calcHist([np.ascontiguousarray(stripe)], [0, 1], None, [12, 6], [0, 180, 0, 256]).ravel())
        parts.append(cv2.calcHist([np.ascontiguousarray(stripe)], [2], None, [8], [0, 256]).ravel())
    whole = np.sqrt(np.concatenate(parts))
    return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


def across_cameras(crops: Crops, vectors: Sequence[NDArray[np.float32]]) -> dict[str, float]:
    """rank-1 and mAP; the first crop of each (person, camera) is the query, crops of all other cameras the gallery."""
    numbers, cameras = np.array(crops.numbers), np.array(crops.cameras)
    matrix = np.stack(vectors)
    similarity = matrix @ matrix.T
    asked, first, precisions = set(), [], []
    for q, key in enumerate(zip(crops.numbers, crops.cameras, strict=True)):
        gallery = np.flatnonzero(cameras != key[1])
        right = numbers[gallery] == key[0]
        if key in asked or not right.any():
            continue
        asked.add(key)
        right = right[np.argsort(-similarity[q, gallery], kind="stable")]
        first.append(bool(right[0]))
        precisions.append(float(((np.cumsum(right) / np.arange(1, len(right) + 1)) * right).sum() / right.sum()))
    return {"queries": len(first), "rank1": round(float(np.mean(first)), 3), "mAP": round(float(np.mean(precisions)), 3)}


def by_market(crops: Crops, vectors: Sequence[NDArray[np.float32]]) -> dict[str, dict[str, float]]:
    """rank-1 and mAP of the same queries by Market-1501's protocol, before and after re-ranking."""
    numbers, cameras = np.array(crops.numbers), np.unique(crops.cameras, return_inverse=True)[1]
    first = np.unique(np.stack([numbers, cameras], axis=1), axis=0, return_index=True)[1]
    matrix = np.stack(vectors)
    asked, there = Labels(numbers[first], cameras[first]), Labels(numbers, cameras)
    distances = {"before": 1.0 - matrix[first] @ matrix.T, "after": rerank_embeddings(matrix[first], matrix, KReciprocal())}
    scores = {stage: retrieval(each, asked, there) for stage, each in distances.items()}
    return {k: {"rank1": round(v.rank(1), 3), "mAP": round(v.mean_average_precision, 3)} for k, v in scores.items()}


def found_again(crops: Crops) -> dict[str, object]:
    """Both measures of every network."""
    return {
        name: {**across_cameras(crops, vectors), **({} if name == "histogram" else {"market": by_market(crops, vectors)})}
        for name, vectors in crops.vectors.items()
    }


def judge_points(poser: PoseEstimator, pixels: Pixels, people: Sequence[Seen]) -> list[tuple[str, bool, list[float]]]:
    """(where the person looks, whether alone, shares of points found by the three measures) of who is upright in full view."""
    shown = [p for p in people if p.state.act in UPRIGHT and p.visibility > 0.9 and box_of(p).height_px >= 100]
    rows = []
    for one, pose in zip(shown, poser.estimate(pixels, [box_of(one) for one in shown]), strict=True):
        box, points = box_of(one), one.keypoints[:, :2]
        side = max(box.width_px, box.height_px)
        torso = max(float(np.linalg.norm(points[5] - points[12])), float(np.linalg.norm(points[6] - points[11])))
        found = np.array([[joint.x, joint.y] for joint in pose.joints])
        away = np.linalg.norm(found - points, axis=1)[one.keypoints[:, 2] > 0]
        alone = all(box.intersection_px(box_of(other)) < 0.05 * box.area_px for other in people if other is not one)
        rows.append((_side(one), alone, [float((away <= reach).mean()) for reach in (0.2 * side, 0.1 * side, 0.2 * torso)]))
    return rows


def points_found(rows: Sequence[tuple[str, bool, list[float]]]) -> dict[str, object]:
    """Means over people."""

    def mean(chosen: Sequence[list[float]]) -> dict[str, object]:
        names = ("pck20", "pck10", "pck20_of_torso")
        values = np.mean(chosen, axis=0) if chosen else [float("nan")] * 3
        return {"people": len(chosen), **{name: round(float(value), 3) for name, value in zip(names, values, strict=True)}}

    report: dict[str, object] = {
        "all": mean([row for _, _, row in rows]),
        "alone": mean([row for _, alone, row in rows if alone]),
    }
    return report | {
        f"alone_{side}": mean([row for s, alone, row in rows if alone and s == side]) for side in ("front", "side", "back")
    }


def _side(seen: Seen) -> str:
    """front, side or back, from where the shoulders are: drawn left of right is from behind."""
    points = seen.keypoints
    height = max(1.0, seen.box[3] - seen.box[1])
    across = float(points[5, 0] - points[6, 0]) / height
    return "side" if abs(across) < 0.09 else "front" if across > 0 else "back"


def judged(its: City, judges: Judges, every_s: float) -> tuple[dict[str, Counted], Crops, list[tuple[str, bool, list[float]]]]:
    """Everything of one city."""
    counts = {name: Counted() for name in judges.detectors}
    crops, figures = Crops(), Cast(its)
    points: list[tuple[str, bool, list[float]]] = []
    for camera in its.cameras:
        scene = its.map.places[camera.place].setting
        title = f"{its.seed} {camera.id} {scene.scene} {scene.light} {scene.weather}"
        for pixels, people in filmed(its, camera, figures, every_s):
            for name, detector in judges.detectors.items():
                size = DETECTORS[name]
                found = detector.detect([pixels], size)[0] if size else detector.detect([pixels])[0]
                judge_detection(counts[name], [one.box for one in found], people, title)
            clear = [p for p in people if p.visibility >= 0.7 and box_of(p).height_px >= 80 and p.state.act not in DOWN]
            cut = [crop(pixels, box_of(one)) for one in clear]
            crops.add(clear, camera.id, judges.compare(cut))
            points += judge_points(judges.poser, pixels, people) if judges.poser else []
        print(f"{title}: {len(crops.numbers)} crops", file=sys.stderr)
    for name, count in counts.items():
        print(its.seed, name, json.dumps(count.figures()), file=sys.stderr)
    print(its.seed, "points", json.dumps(points_found(points)), file=sys.stderr)
    return counts, crops, points


def joined(parts: Sequence[Counted]) -> Counted:
    """Several cities' counts as one."""
    whole = Counted()
    for part in parts:
        whole.found += part.found
        whole.down += part.down
        whole.right += part.right
        whole.wrong += part.wrong
        whole.wrong_by_camera |= part.wrong_by_camera
        whole.by_camera |= part.by_camera
    return whole


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured, on which cities."""

    parts: frozenset[str]
    seeds: tuple[int, ...]
    shared_seed: int
    minutes: float
    every_s: float

    def conditions(self, judges: Judges, of: Mapping[str, object]) -> dict[str, object]:
        """What the figures of a part depend on."""
        return {
            **of,
            "minutes": self.minutes,
            "every_s": self.every_s,
            "size": f"{SIZE.width}x{SIZE.height}",
            "embedders": {name: embedder.model.version for name, embedder in judges.embedders.items()},
            "commit": results.commit(),
            "measured_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}",
            "load_average": [round(v, 1) for v in os.getloadavg()],
        }


def measured(judges: Judges, options: Asked) -> dict[str, object]:
    """The figures of the parts that are asked for; each says which cities, weights and commit it is of."""
    report: dict[str, object] = {}
    if options.parts & {"detection", "reid", "points"}:
        cities = {seed: judged(city(seed, 5, options.minutes), judges, options.every_s) for seed in options.seeds}
        how = options.conditions(judges, {"seeds": list(options.seeds)})
        if "detection" in options.parts:
            found = {name: joined([counts[name] for counts, _, _ in cities.values()]).figures() for name in judges.detectors}
            report["detection"] = {**found, "conditions": how}
        if "reid" in options.parts:
            report["reid"] = {**{str(s): found_again(crops) for s, (_, crops, _) in cities.items()}, "conditions": how}
        if "points" in options.parts:
            report["points"] = {**points_found([row for _, _, rows in cities.values() for row in rows]), "conditions": how}
    if "shared" in options.parts:
        its = city(options.shared_seed, 5, options.minutes, casting=Casting(outfits_shared_by=3))
        _, crops, _ = judged(its, Judges({}, judges.embedders, None), options.every_s)
        how = options.conditions(judges, {"seed": options.shared_seed})
        report["reid_shared_outfits"] = {**found_again(crops), "conditions": how}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="101,102")
    parser.add_argument("--shared-seed", type=int, default=103)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--every", type=float, default=4.0)
    parser.add_argument("--parts", default=PARTS)
    parser.add_argument("--embedders", default=EMBEDDERS)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as temporary:
        mirror = Path(__file__).resolve().parents[2] / "shared" / "models"
        models = ModelsSettings(folder=Path(temporary) / "models", mirror=mirror if mirror.is_dir() else None)
        parts, embedders = frozenset(options.parts.split(",")), options.embedders.split(",")
        detectors = [name for name in DETECTORS if "detection" in parts]
        pull(models.folder, (*detectors, *embedders, *((POSER,) if "points" in parts else ())), mirror=models.mirror)
        inference = LocalInference(models.folder, execution(models))
        judges = Judges(
            {name: PersonDetector(inference, name, min_score=MIN_SCORE, deadline_s=60.0) for name in detectors},
            {name: Embedder(inference, name, deadline_s=60.0) for name in embedders},
            PoseEstimator(inference, POSER, deadline_s=60.0) if "points" in parts else None,
        )
        seeds = tuple(int(seed) for seed in options.seeds.split(","))
        report = measured(judges, Asked(parts, seeds, options.shared_seed, options.minutes, options.every))
    print(json.dumps(report, indent=2))
    if not options.dry:
        before = {part: figures for part, figures in results.known("city_realism").items() if part in ENTRIES}
        print(results.write("city_realism", {**before, **report}), file=sys.stderr)


if __name__ == "__main__":
    main()
