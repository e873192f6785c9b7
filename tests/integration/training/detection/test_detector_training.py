"""From banks on disk to an exported detector."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from haetae.domain.geometry import ImageSize
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing.banks import GROUND, grounds, patches, things
from haetae.training.detection.composing.composer import Banks, Composer, Mix
from haetae.training.detection.data import DetectionBatches
from haetae.training.detection.labels import IGNORED, LYING, PERSON
from haetae.training.detection.learner import DetectionLearner
from haetae.training.detection.measuring import HeldOut
from haetae.training.detection.network import PersonDetectorNetwork, Widths
from haetae.training.detection.picture_bank import Picture, stored
from haetae.training.export.onnx_file import run_onnx
from haetae.training.fit import Fit
from haetae.training.learner import About
from haetae.training.recipe import Optimisation

_SIZE = ImageSize(width=128, height=96)


def _people() -> Iterator[tuple[Picture, Mapping[str, float]]]:
    """Red posts with a head; the lying ones on their side."""
    for posture in (0, 1, 2, 3, 4, 5, LYING, 7):
        person = np.zeros((60, 20, 4), np.uint8)
        person[12:, 3:17] = (30, 30, 200, 255)
        person[:12, 6:14] = (90, 140, 200, 255)
        yield (np.ascontiguousarray(np.rot90(person)) if posture == LYING else person), {"posture": posture, "standing_px": 60}


def _frames() -> Iterator[tuple[Picture, Mapping[str, float]]]:
    """Six clips of six frames; the last one of each is held out."""
    for clip in range(6):
        for i in range(6):
            frame = np.full((90, 160, 3), 60 + 20 * clip, np.uint8)
            frame[30:80, 20 + 3 * i : 40 + 3 * i] = (200, 80, 20)
            yield frame, {"clip": clip, "held_out": i == 5}


@pytest.fixture(scope="module")
def banks(tmp_path_factory: pytest.TempPathFactory) -> Banks:
    folder = tmp_path_factory.mktemp("banks")
    boxes = np.array([[20 + 3 * (i % 6), 30, 40 + 3 * (i % 6), 80, PERSON] for i in range(36)], np.float32)
    clips = ClipFrames(stored(folder / "clips", _frames()), boxes, np.arange(37))
    return Banks(
        sprites=stored(folder / "people", _people()),
        things=stored(folder / "things", things(0, 12)),
        backgrounds=stored(
            folder / "places", (row for part in (grounds(0, 3), patches(clips, 0, 2, held_out=False)) for row in part)
        ),
        clips=clips,
    )


def test_batches_are_a_pure_function_of_seed_and_step(banks: Banks) -> None:
    """A copy in another process makes the same batch of a step; another step is another batch."""
    batches = DetectionBatches(banks, Mix(), 3, 4, [(96, 128), (64, 96)])
    copy = pickle.loads(pickle.dumps(batches))
    one, same, other = batches.batch(5), copy.batch(5), batches.batch(6)
    assert all((one[name] == same[name]).all() for name in one)
    assert one["images"].shape != other["images"].shape or (one["images"] != other["images"]).any()
    assert one["images"].shape[2:] == (96, 128) or one["images"].shape[2:] == (64, 96)


def test_boxes_lie_in_the_frame(banks: Banks) -> None:
    """However a frame is composed, its boxes lie within it, and people are shown on most frames."""
    composer, rng = Composer(banks, Mix()), np.random.default_rng(1)
    frames = [composer.frame(rng, _SIZE) for _ in range(60)]
    for frame in frames:
        assert frame.pixels.shape == (96, 128, 3)
        assert set(frame.flags.tolist()) <= {PERSON, IGNORED}
        assert len(frame.boxes) == len(frame.flags) == len(frame.postures)
        assert (frame.boxes[:, :2] >= 0).all()
        assert (frame.boxes[:, 2:] <= [128, 96]).all()
        assert (frame.boxes[:, 2:] > frame.boxes[:, :2]).all()
    assert sum(len(frame.people) > 0 for frame in frames) > 40


def test_held_out_ends_are_not_learnt_from(banks: Banks) -> None:
    """A clip's last sixth and the rest have no frame in common, and both have some."""
    assert banks.clips is not None
    for clip in range(6):
        learnt, held = (set(banks.clips.of_clip(clip, held_out=held).tolist()) for held in (False, True))
        assert learnt
        assert held
        assert not learnt & held


def test_patches_touch_nobody(banks: Banks) -> None:
    """Places cut from real frames contain nothing of the people in them."""
    assert banks.clips is not None
    cut = [picture for picture, facts in patches(banks.clips, 1, 3, held_out=False) if facts["source"] != GROUND]
    assert cut
    assert all(int((picture[..., 0] == 200).sum()) < 60 for picture in cut)


def test_a_detector_is_trained_measured_and_exported(banks: Banks, tmp_path: Path) -> None:
    """Steps give finite losses, figures come out, and the file takes pictures of any size in multiples of 32."""
    composer, rng = Composer(banks, Mix()), np.random.default_rng(2)
    held_out = HeldOut({"drawn": [composer.drawn(rng, _SIZE) for _ in range(3)]}, ("drawn",))
    batches = DetectionBatches(banks, Mix(), 1, 2, [(64, 96)])
    network = PersonDetectorNetwork(Widths(stages=(8, 8, 16, 16, 16), pyramid=16))
    learner = DetectionLearner(network, batches, lambda: held_out, About("tiny", "nothing", "boxes", "all"))
    fit = Fit(learner, Optimisation(steps=2, warmup_steps=1, channels_last=True), 1, torch.device("cpu"))
    losses = [fit.advance(batches.batch(step), 0.0) for step in range(2)]
    assert all(np.isfinite(list(each.values())).all() for each in losses)
    assert set(fit.measure()) >= {"threshold", "drawn_ap50", "drawn_recall", "drawn_precision"}
    file = learner.export(learner.network.eval(), tmp_path)
    boxes, scores = run_onnx(file, np.zeros((1, 3, 96, 160), np.float32))
    assert boxes.shape == (1, scores.shape[1], 4)
    assert scores.shape[1] == 12 * 20 + 6 * 10 + 3 * 5
