"""Networks packed for places without the internet."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from haetae.errors import Misconfigured
from haetae.inference.local import LocalInference
from haetae.models.bundle import SUMS, pack, sums_of
from haetae.models.installed import installed
from haetae.models.pull import pull
from haetae.models.selftest import check

pytestmark = pytest.mark.integration
NAMES = ("reid-0288", "haetae-reid", "attributes-0230")


@pytest.fixture
def unpacked(models_folder: Path, tmp_path: Path) -> Path:
    """The folder that a bundle of two networks becomes."""
    pack(models_folder, NAMES, tmp_path / "networks.tar")
    shutil.unpack_archive(tmp_path / "networks.tar", tmp_path / "mirror")
    return tmp_path / "mirror"


def test_an_unpacked_bundle_is_a_mirror(unpacked: Path, tmp_path: Path) -> None:
    """What is pulled from it gives its known numbers; what is built in is not in it."""
    assert len(list(unpacked.iterdir())) == 3
    done = pull(tmp_path / "models", ["reid-0288", "attributes-0230"], mirror=unpacked)
    assert [(each.origin, each.pinned) for each in done] == [("mirror", ())] * 2
    check(LocalInference(tmp_path / "models"), ["reid-0288", "attributes-0230"])


def test_the_same_networks_give_the_same_bytes(models_folder: Path, unpacked: Path, tmp_path: Path) -> None:
    """A bundle can be compared and signed: neither times nor owners are in it, and `sha256sum -c` reads its list."""
    pack(models_folder, NAMES, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == (tmp_path / "networks.tar").read_bytes()
    for line in (unpacked / SUMS).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((unpacked / name).read_bytes()).hexdigest() == digest


def test_what_fails_its_checksum_is_refused(unpacked: Path, tmp_path: Path) -> None:
    """A changed file, and a list that says something else of a good one: nothing of either gets into the models folder."""
    weights = next(file for file in unpacked.iterdir() if "0288" in file.name)
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(Misconfigured, match="list of checksums"):
        pull(tmp_path / "models", ["reid-0288"], mirror=unpacked)
    weights.write_bytes(good)
    listed = sums_of(unpacked)[weights.name].removeprefix("sha256:")
    sums = unpacked / SUMS
    sums.write_text(sums.read_text(encoding="utf-8").replace(listed, "0" * 64), encoding="utf-8")
    with pytest.raises(Misconfigured, match="list of checksums"):
        pull(tmp_path / "models", ["reid-0288"], mirror=unpacked)
    assert not (tmp_path / "models" / "reid-0288" / weights.name).exists()


def test_damaged_weights_are_not_packed(models_mirror: Path, tmp_path: Path) -> None:
    """What is no longer what was pulled is not handed on, and no half of a tar is left."""
    pull(tmp_path / "models", ["reid-0288"], mirror=models_mirror)
    weights = installed(tmp_path / "models", "reid-0288").weights
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(Misconfigured, match="damaged"):
        pack(tmp_path / "models", ["reid-0288"], tmp_path / "networks.tar")
    assert [file.name for file in tmp_path.iterdir()] == ["models"]


def test_nothing_to_pack_and_a_damaged_list_are_told(tmp_path: Path) -> None:
    """Built-in networks alone make no bundle; a list that is none is not read as an empty one."""
    with pytest.raises(Misconfigured, match="nothing to pack"):
        pack(tmp_path, ["haetae-reid"], tmp_path / "networks.tar")
    (tmp_path / SUMS).write_text("what is this\n")
    with pytest.raises(Misconfigured, match="damaged"):
        sums_of(tmp_path)
    assert sums_of(tmp_path / "nowhere") == {}
