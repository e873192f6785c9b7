"""Re-identification data, each in the layout in which its makers hand it out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from haetae.errors import Misconfigured
from haetae.training.evaluation.retrieval import DISTRACTOR, JUNK
from haetae.training.readers.cuhk03 import cuhk03
from haetae.training.readers.identity_folder import identity_folder
from haetae.training.readers.market1501 import market1501
from haetae.training.readers.msmt17 import msmt17
from haetae.training.readers.samples import IdentityCrop, labels_of, pixels
from tests.unit.training.readers.pictures import picture, pictures, text


def told(crops: tuple[IdentityCrop, ...]) -> list[tuple[str, int, int]]:
    """Name, person and camera of each crop."""
    return [(crop.file.name, crop.identity, crop.camera) for crop in crops]


def market(root: Path) -> Path:
    """Market-1501 in small, with junk, a distractor, and the files that its archive holds beside pictures."""
    pictures(root / "bounding_box_train", "0002_c1s1_000451_03.jpg", "0002_c3s1_000551_01.jpg", "0007_c2s3_070952_01.jpg")
    pictures(root / "query", "0001_c1s1_001051_00.jpg")
    pictures(
        root / "bounding_box_test", "-1_c1s1_000401_03.jpg", "0000_c1s1_000151_01.jpg", "0001_c2s1_001976_01.jpg", "readme.jpg"
    )
    text(root / "bounding_box_test" / "Thumbs.db", "not a picture")
    return root


def test_market1501_in_its_own_names(tmp_path: Path) -> None:
    """Person and camera come from the names; -1 is junk and 0000 a distractor of the gallery; other files are passed over."""
    market(tmp_path / "Market-1501-v15.09.15")
    data = market1501(tmp_path)
    assert [crop.identity for crop in data.train] == [2, 2, 7]
    assert told(data.query) == [("0001_c1s1_001051_00.jpg", 1, 1)]
    assert told(data.gallery) == [
        ("-1_c1s1_000401_03.jpg", JUNK, 1),
        ("0000_c1s1_000151_01.jpg", DISTRACTOR, 1),
        ("0001_c2s1_001976_01.jpg", 1, 2),
    ]
    assert labels_of(data.gallery).cameras.tolist() == [1, 1, 2]
    assert pixels(data.query[0].file).shape == (64, 32, 3)


def test_missing_data_says_what_to_put_where(tmp_path: Path) -> None:
    """Where parts are missing, one message names them, the folder, and the page of the makers."""
    pictures(tmp_path / "query", "0001_c1s1_001051_00.jpg")
    with pytest.raises(Misconfigured, match=r"bounding_box_train, bounding_box_test missing.*zheng-lab") as told_off:
        market1501(tmp_path)
    assert str(tmp_path) in told_off.value.message


def test_msmt17_by_its_lists(tmp_path: Path) -> None:
    """The lists name the pictures and the person; the camera is the third word of the name; both lists to learn from are one."""
    root, name = tmp_path / "MSMT17_V1", "0000_00{0}_0{0}_0303morning_0008_0.jpg"
    pictures(root / "train" / "0000", name.format(1), name.format(2))
    pictures(root / "test" / "0000", name.format(3), name.format(4))
    text(root / "list_train.txt", f"0000/{name.format(1)} 0")
    text(root / "list_val.txt", f"0000/{name.format(2)} 0")
    text(root / "list_query.txt", f"0000/{name.format(3)} 5")
    text(root / "list_gallery.txt", f"0000/{name.format(4)} 5")
    data = msmt17(tmp_path)
    assert [(c.identity, c.camera) for c in data.train] == [(0, 1), (0, 2)]
    assert [(c.identity, c.camera) for c in data.query + data.gallery] == [(5, 3), (5, 4)]
    assert all(crop.file.is_file() for crop in data.train + data.query + data.gallery)


def test_cuhk03_in_folders_of_the_new_protocol(tmp_path: Path) -> None:
    """labeled and detected hold the same three folders each, with names as Market-1501's."""
    for kind in ("labeled", "detected"):
        pictures(tmp_path / "CUHK03-NP" / kind / "bounding_box_train", "0003_c1_21.png")
        pictures(tmp_path / "CUHK03-NP" / kind / "query", f"0001_c1_{kind}.png")
        pictures(tmp_path / "CUHK03-NP" / kind / "bounding_box_test", "0001_c2_6.png")
    assert told(cuhk03(tmp_path, "labeled").query) == [("0001_c1_labeled.png", 1, 1)]
    assert told(cuhk03(tmp_path).gallery) == [("0001_c2_6.png", 1, 2)]


def test_cuhk03_by_the_index_of_the_new_protocol(tmp_path: Path) -> None:
    """The index, which counts from 1, says which picture is in which part, of whom and by which camera."""
    names = ["1_001_1_01.png", "1_001_2_06.png", "2_003_1_01.png"]
    pictures(tmp_path / "images_detected", *names)
    index = {
        "filelist": np.array(names, dtype=object).reshape(-1, 1),
        "labels": np.array([[1], [1], [9]]),
        "camId": np.array([[1], [2], [1]]),
        "train_idx": np.array([[3]]),
        "query_idx": np.array([[1]]),
        "gallery_idx": np.array([[2]]),
    }
    scipy.io.savemat(tmp_path / "cuhk03_new_protocol_config_detected.mat", index)
    data = cuhk03(tmp_path)
    assert told(data.train + data.query + data.gallery) == [(names[2], 9, 1), (names[0], 1, 1), (names[1], 1, 2)]


def test_a_plain_folder_of_identities(tmp_path: Path) -> None:
    """A folder is a person, the first word of a name the camera; the first picture by each camera asks."""
    pictures(tmp_path / "anna", "gate_1.jpg", "gate_2.jpg", "hall_1.jpg")
    pictures(tmp_path / "ben", "hall_7.jpg")
    data = identity_folder(tmp_path)
    assert told(data.query) == [("gate_1.jpg", 1, 1), ("hall_1.jpg", 1, 2), ("hall_7.jpg", 2, 2)]
    assert len(data.gallery) == 4


def test_a_plain_folder_with_its_own_queries(tmp_path: Path) -> None:
    """Folders query and gallery are used as they are, with one numbering of people and cameras."""
    picture(tmp_path / "query" / "ben" / "gate_1.jpg")
    pictures(tmp_path / "gallery" / "anna", "hall_1.jpg")
    pictures(tmp_path / "gallery" / "ben", "hall_2.jpg")
    data = identity_folder(tmp_path)
    assert told(data.query) == [("gate_1.jpg", 2, 1)]
    assert told(data.gallery) == [("hall_1.jpg", 1, 2), ("hall_2.jpg", 2, 2)]


def test_a_folder_of_nobody_is_refused(tmp_path: Path) -> None:
    """Fewer than two people are no data; the message says how the folder should look."""
    with pytest.raises(Misconfigured, match="one folder a person"):
        identity_folder(tmp_path / "absent")
