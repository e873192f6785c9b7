"""Pictures and films with people in them, each in the layout in which its makers hand it out."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from haetae.domain.attributes import AttributeName
from haetae.errors import Misconfigured
from haetae.training.readers.city_folder import city_folder
from haetae.training.readers.coco import coco
from haetae.training.readers.crowdhuman import crowdhuman
from haetae.training.readers.frames import FrameSource
from haetae.training.readers.motchallenge import motchallenge, true_tracks
from tests.unit.training.readers.pictures import picture, pictures, text

POINTS = [value for i in range(17) for value in (10 + i, 20 + i, 2)]


def test_coco_people_and_key_points(tmp_path: Path) -> None:
    """Only people are read, crowds as ignored boxes, key points of those who are asked for; pictures of nobody are left out."""
    pictures(tmp_path / "val2017", "000000000139.jpg", "000000000285.jpg")
    person = {"image_id": 139, "category_id": 1}
    document = {
        "images": [{"id": 139, "file_name": "000000000139.jpg"}, {"id": 285, "file_name": "000000000285.jpg"}],
        "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}],
        "annotations": [
            {
                **person,
                "id": 1,
                "bbox": [5, 6, 20, 40],
                "area": 500,
                "iscrowd": 0,
                "keypoints": POINTS,
                "num_keypoints": 17,
            },
            {**person, "id": 2, "bbox": [0, 0, 30, 60], "area": 900, "iscrowd": 1, "keypoints": [0] * 51, "num_keypoints": 0},
            {"id": 3, "image_id": 285, "category_id": 3, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0},
        ],
    }
    text(tmp_path / "annotations" / "person_keypoints_val2017.json", json.dumps(document))
    (frame,) = coco(tmp_path)
    assert frame.file.is_file()
    assert frame.truth.boxes.tolist() == [[5, 6, 25, 46], [0, 0, 30, 60]]
    assert frame.truth.ignored.tolist() == [False, True]
    assert frame.keypoints is not None
    assert frame.keypoints.shape == (1, 17, 3)
    assert [true.truth.boxes.shape for true in FrameSource(data=tmp_path)] == [(2, 4)]


def test_coco_without_its_pictures(tmp_path: Path) -> None:
    """The message says which folder of pictures is missing."""
    text(tmp_path / "annotations" / "person_keypoints_val2017.json", "{}")
    with pytest.raises(Misconfigured, match=r"val2017/ missing.*cocodataset.org"):
        coco(tmp_path)


def test_crowdhuman_line_by_line(tmp_path: Path) -> None:
    """Visible or full boxes as asked; masks and what the file says to ignore are ignored."""
    picture(tmp_path / "Images" / "273271,c9db000d5146c15.jpg")
    people = [
        {"tag": "person", "vbox": [72, 202, 20, 40], "fbox": [61, 242, 30, 90], "extra": {"occ": 1}},
        {"tag": "person", "vbox": [1, 2, 3, 4], "fbox": [1, 2, 3, 4], "extra": {"ignore": 1}},
        {"tag": "mask", "vbox": [5, 5, 9, 9], "fbox": [5, 5, 9, 9], "extra": {"ignore": 1}},
    ]
    text(tmp_path / "annotation_val.odgt", json.dumps({"ID": "273271,c9db000d5146c15", "gtboxes": people}))
    (frame,) = crowdhuman(tmp_path)
    assert frame.file.is_file()
    assert frame.truth.boxes[0].tolist() == [72, 202, 92, 242]
    assert frame.truth.ignored.tolist() == [False, True, True]
    assert crowdhuman(tmp_path, box="full")[0].truth.boxes[0].tolist() == [61, 242, 91, 332]


def test_motchallenge_films(tmp_path: Path) -> None:
    """Pedestrians are asked for; who does not count, distractors and reflections are ignored; cars are not there at all."""
    film = tmp_path / "train" / "MOT16-02"
    pictures(film / "img1", "000001.jpg", "000002.jpg")
    text(film / "seqinfo.ini", "[Sequence]", "name=MOT16-02", "imDir=img1", "frameRate=30", "seqLength=2", "imExt=.jpg")
    text(
        film / "gt" / "gt.txt",
        "1,1,912,484,97,109,1,1,1",
        "1,2,10,20,30,40,1,8,0.5",
        "1,3,50,60,30,40,1,3,1",
        "2,1,914,484,97,109,0,1,1",
    )
    (read,) = motchallenge(tmp_path)
    assert (read.name, read.rate_hz, len(read.frames)) == ("MOT16-02", 30.0, 2)
    assert read.truth[1].ids.tolist() == [1, 2]
    assert read.truth[1].boxes[0].tolist() == [912, 484, 1009, 593]
    ignored = [read.truth[frame].ignored for frame in (1, 2)]
    assert [each.tolist() for each in ignored if each is not None] == [[False, True], [True]]
    assert len(list(FrameSource(data=tmp_path, every=1))) == 2


def film(file: Path, n: int) -> None:
    """A grey film of `n` frames."""
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=15)
        stream.width, stream.height = 64, 48
        for _ in range(n):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="bgr24")))
        container.mux(stream.encode(None))


def test_a_city_as_it_is_drawn(tmp_path: Path) -> None:
    """Films with their tracks, people with seeds and attributes, and everybody's stays before cameras."""
    film(tmp_path / "north.mp4", 4)
    text(tmp_path / "north.gt.txt", "1,1,5,6,20,40,1,1,0.9", "3,1,7,6,20,40,1,1,0.1")
    person = {"id": 1, "seed": 2_000_123, "outfit_of": None, "attributes": {"gender": "female", "hat": "helmet"}}
    visit = {"camera": "north", "from_s": 0.0, "to_s": 2.4, "tallest_px": 120}
    document = {"format": 1, "seed": 7, "cameras": [{"id": "north"}], "identities": [person], "routes": {"1": [visit]}}
    text(tmp_path / "city.json", json.dumps(document))
    city = city_folder(tmp_path, min_visibility=0.25)
    assert (city.seed, city.identity_seeds[1], city.attributes[1][AttributeName.HAT]) == (7, 2_000_123, "helmet")
    assert [(a.person, a.camera, a.to_s) for a in city.appearances] == [(1, "north", 2.4)]
    assert (city.films[0].rate_hz, sorted(city.films[0].truth)) == (15.0, [1, 3])
    frames = list(FrameSource(data=tmp_path, every=2))
    assert [(frame.source, len(frame.truth.asked)) for frame in frames] == [("north", 1), ("north", 0)]
    assert frames[1].truth.ignored.tolist() == [True]


def test_a_city_that_was_never_drawn(tmp_path: Path) -> None:
    """The message says which command draws one."""
    with pytest.raises(Misconfigured, match="haetae city --out"):
        city_folder(tmp_path)


def test_a_camera_that_saw_nobody(tmp_path: Path) -> None:
    """An empty file of tracks is no error; one that is not there is."""
    assert true_tracks(text(tmp_path / "gt.txt")) == {}
    with pytest.raises(Misconfigured, match="no file of true tracks"):
        true_tracks(tmp_path / "absent.txt")


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    """Frames of a folder whose layout nobody knows are refused, and so is asking for no frames at all."""
    with pytest.raises(Misconfigured, match="no city, MOTChallenge, COCO or CrowdHuman"):
        list(FrameSource(data=tmp_path))
    with pytest.raises(Misconfigured, match="--labels FILE"):
        list(FrameSource())
