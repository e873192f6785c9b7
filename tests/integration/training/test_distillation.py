"""Teacher to student: frames, labels, and the whole way to what edge agents are offered."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from haetae.domain.camera import SourceKind
from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference
from haetae.models.drawn_person import Standing, draw_street
from haetae.models.registered import known
from haetae.models.release import manifest, verified
from haetae.training.detection.labels import PERSON
from haetae.training.detection.teaching import Scored
from haetae.training.distillation import teaching
from haetae.training.distillation.distil import Places, distil, taught_frames
from haetae.training.distillation.frames import Clips, LiveCamera
from haetae.training.distillation.recipe import DistilledDetectorRecipe
from haetae.training.parameters import overridden
from haetae.training.runs.progress import Silent
from haetae.training.workspace import Workspace
from tests.kit.cameras import rtsp_server, site, write_clip

SMALL = [
    "amounts.identities=1",
    "amounts.sprites_each=4",
    "amounts.things=2",
    "amounts.scenes=0",
    "amounts.grounds=2",
    "amounts.patches_each=2",
    "widths.stages=8,8,16,16,16",
    "widths.pyramid=16",
    "sizes=[[96,160]]",
    "batch_size=2",
    "optimisation.steps=4",
    "optimisation.seconds=none",
]


def square(pixels: Pixels) -> Scored:
    """A teacher that finds the bright square of the test's clip."""
    rows, columns = np.nonzero((pixels[..., 1] > 130) & (pixels[..., 0] < 120))
    if not len(rows):
        return np.empty((0, 5), np.float32)
    return np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9]], np.float32)


def nobody(pixels: Pixels) -> Scored:
    return np.empty((0, 5), np.float32)


def write_street(file: Path, n_frames: int = 24) -> Path:
    """A drawn person who walks past, five frames a second."""
    size = ImageSize(width=320, height=192)
    with av.open(str(file), "w") as sink:
        stream = sink.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "yuv420p"
        for n in range(n_frames):
            image = draw_street(size, (Standing(50 + 9 * n, 182, 154),))
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = n, Fraction(1, 5)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    return file


def test_clips_give_frames_spread_over_all_of_them(tmp_path: Path) -> None:
    """So many a second, or fewer where that would be too many; clip by clip, from begin to end."""
    for name in ("b", "a"):
        write_clip(tmp_path / f"{name}.mp4", seconds=4.0)
    shots = list(Clips(tmp_path, 2.0, 100).shots())
    assert [shot.source for shot in shots] == [0] * 8 + [1] * 8
    assert shots[0].place == 0.0
    assert 0.8 < shots[7].place <= 1.0
    assert len(list(Clips(tmp_path, 15.0, 10).shots())) in (10, 11, 12)
    with pytest.raises(Misconfigured, match="no clip"):
        Clips(tmp_path / "none", 1.0, 10).files  # noqa: B018  # asked for what it raises


def test_a_camera_gives_as_many_frames_as_asked_for(tmp_path: Path) -> None:
    """Over real RTSP; the last sixth of the recording will be held out."""
    with rtsp_server(walk=write_clip(tmp_path / "walk.mp4")) as server:
        camera = LiveCamera(server.url("walk"), SourceKind.RTSP, 10.0, 6, site())
        shots = list(camera.shots())
    assert [round(shot.place, 3) for shot in shots] == [0.0, 0.167, 0.333, 0.5, 0.667, 0.833]


def test_what_the_teacher_sees_is_kept_with_the_end_held_out(tmp_path: Path) -> None:
    """Boxes are where the square is; the last sixth of the clip is held out, or a fold of it."""
    clips = Clips(write_clip(tmp_path / "a.mp4", seconds=6.0), 5.0, 100)
    taught = teaching.taught(tmp_path / "bank", clips, [square, square], nobody, lambda n: None)
    frame = taught.frame(3)
    assert frame.flags.tolist() == [PERSON]
    assert np.allclose(frame.boxes[0], square(frame.pixels)[0, :4])
    assert np.flatnonzero(taught.bank.columns["held_out"]).tolist() == [25, 26, 27, 28, 29]
    assert np.flatnonzero(teaching.folded(taught, 3, 1).bank.columns["held_out"]).tolist() == list(range(10, 20))
    with pytest.raises(Misconfigured):
        teaching.folded(taught, 3, 3)
    with pytest.raises(Misconfigured, match="not sure of one person"):
        teaching.taught(tmp_path / "empty", clips, [nobody, nobody], nobody, lambda n: None)
    assert not teaching.is_there(tmp_path / "empty")


def test_from_clips_to_a_network_that_edge_agents_can_fetch(tmp_path: Path, models_mirror: Path) -> None:
    """A real teacher labels; a (far too small) student is trained, measured, registered in f32 and int8, and offered."""
    workspace = Workspace(tmp_path / "training")
    clips = Clips(write_street(tmp_path / "street.mp4"), 5.0, 100)
    bank, taught = taught_frames(clips, ("rtmdet-nano", None), workspace, models_mirror, Silent())
    assert sum(int((taught.frame(i).flags == PERSON).sum()) for i in range(len(taught))) > 6
    recipe = overridden(DistilledDetectorRecipe(), [f"frames={bank}", *SMALL])
    places = Places(tmp_path / "models", models_mirror, tmp_path / "releases")
    done = distil(recipe, "own", workspace, places, Silent(), {"run_name": "own", "n_workers": 0})
    assert done.registered == ["own", "own-int8"]
    assert set(done.cpu_ms) == {"own", "own-int8", "rtmdet-nano"}
    (offered,) = manifest(places.releases)
    assert (offered.name, offered.version, offered.kind) == ("own", 1, "haetae-detector")
    assert set(verified(places.releases, offered)) == {"f32", "int8", "card"}
    assert "## As deployed" in offered.card
    entry = known("own-int8")
    assert entry is not None
    assert entry.card == offered.card
    detector = PersonDetector(LocalInference(places.models), "own-int8")
    assert len(detector.detect([np.zeros((96, 160, 3), np.uint8)])) == 1


def test_only_detectors_teach_detectors(tmp_path: Path) -> None:
    """A network for something else is refused by name before anything is read."""
    with pytest.raises(Misconfigured, match="reid-0288"):
        taught_frames(Clips(tmp_path, 1.0, 9), ("reid-0288", None), Workspace(tmp_path), None, Silent())
