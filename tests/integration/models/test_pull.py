import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from haetae.errors import Misconfigured, Transient
from haetae.inference.local import LocalInference
from haetae.models import installed as installed_module
from haetae.models.catalogue import CatalogueEntry, Flavour, NetworkFile
from haetae.models.installed import Execution, installed
from haetae.models.networks import REID_0288, RTMDET_NANO
from haetae.models.pull import pull
from haetae.models.selftest import check
from tests.kit.web_folder import WebFolder, serving

pytestmark = pytest.mark.integration


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/"), body)
    return packed.getvalue()


def from_the_web(entry: CatalogueEntry, *files: NetworkFile) -> CatalogueEntry:
    return replace(entry, flavours=(Flavour("web", files, ("onnxruntime",)),))


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> dict[str, CatalogueEntry]:
    """A catalogue that a test fills; the real one is put back."""
    entries: dict[str, CatalogueEntry] = {}
    monkeypatch.setattr("haetae.models.networks.CATALOGUE", MappingProxyType(entries))
    monkeypatch.setattr(installed_module, "CATALOGUE", MappingProxyType(entries))
    return entries


def test_everything_comes_from_the_mirror_and_gives_its_known_numbers(models_folder: Path) -> None:
    """All networks of the catalogue are pulled, checked, measured, and run in this process."""
    inference = LocalInference(models_folder)
    names = installed_module.pulled_names(models_folder)
    assert len(names) == 6
    check(inference, installed_module.names_here(models_folder))
    for name in names:
        found = installed(models_folder, name)
        assert set(found.measured_ms) == set(found.flavour.engines)
        assert inference.version(name).endswith("-f32")


def test_a_second_pull_touches_nothing(models_folder: Path, models_mirror: Path) -> None:
    """What is there and intact is neither fetched nor measured again: the choice of engine stays."""
    before = (models_folder / "reid-0288" / "record.json").stat().st_mtime_ns
    (again,) = pull(models_folder, ["reid-0288"], mirror=models_mirror)
    assert again.origin == "here already"
    assert (models_folder / "reid-0288" / "record.json").stat().st_mtime_ns == before


def test_damaged_weights_are_fetched_again(tmp_path: Path, models_mirror: Path) -> None:
    """A flipped byte in the models folder is found and mended."""
    pull(tmp_path, ["reid-0288"], mirror=models_mirror)
    weights = installed(tmp_path, "reid-0288").weights
    body = bytearray(weights.read_bytes())
    body[1000] ^= 1
    weights.write_bytes(body)
    (mended,) = pull(tmp_path, ["reid-0288"], mirror=models_mirror)
    assert mended.origin == "mirror"
    check(LocalInference(tmp_path), ["reid-0288"])


def test_a_mirror_with_other_bytes_is_refused(tmp_path: Path, models_mirror: Path) -> None:
    """Neither a changed nor a missing file of a mirror gets into the models folder, and nobody looks elsewhere."""
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with pytest.raises(Misconfigured, match="not in the mirror"):
        pull(tmp_path / "models", ["reid-0288"], mirror=mirror)
    name = REID_0288.flavours[0].files[0].name
    (mirror / name).write_bytes((models_mirror / name).read_bytes() + b"!")
    with pytest.raises(Misconfigured, match="not the file"):
        pull(tmp_path / "models", ["reid-0288"], mirror=mirror)
    assert list((tmp_path / "models" / "reid-0288").iterdir()) == []
    with pytest.raises(Misconfigured, match="haetae models pull"):
        installed(tmp_path / "models", "reid-0288")


def test_an_archive_without_a_published_digest_is_pinned_at_the_first_pull(
    tmp_path: Path, models_mirror: Path, catalogue: dict[str, CatalogueEntry]
) -> None:
    """The first pull says what it took on trust; a later one with other bytes is refused."""
    weights = (models_mirror / RTMDET_NANO.flavours[0].files[0].name).read_bytes()
    with serving(WebFolder({"/sdk.zip": zipped(deploy__end2end_onnx=b"no", sdk__end2end=weights)})) as web:
        file = NetworkFile("net.onnx", web.url("/sdk.zip"), None, member="end2end")
        catalogue["rtmdet-nano"] = from_the_web(RTMDET_NANO, file)
        (first,) = pull(tmp_path, ["rtmdet-nano"])
        assert first.pinned == ("net.onnx",)
        lock = json.loads((tmp_path / "lock.json").read_text())
        assert lock["rtmdet-nano/net.onnx"]["digest"] == f"sha256:{hashlib.sha256(weights).hexdigest()}"
        assert sorted(path.name for path in (tmp_path / "rtmdet-nano").iterdir()) == ["net.onnx", "record.json"]
        shutil.rmtree(tmp_path / "rtmdet-nano")
        web.files["/sdk.zip"] = zipped(end2end=weights + b"!")
        with pytest.raises(Misconfigured, match="not the file"):
            pull(tmp_path, ["rtmdet-nano"])


@pytest.mark.parametrize("body", [b"<html>sign in</html>", zipped(other=b"x"), zipped(a__net=b"x", b__net=b"y")])
def test_an_archive_that_is_none_is_refused(tmp_path: Path, catalogue: dict[str, CatalogueEntry], body: bytes) -> None:
    """A login page instead of an archive, or one with none or two of the file, ends with its reason and leaves nothing behind."""
    with serving(WebFolder({"/sdk.zip": body})) as web:
        catalogue["rtmdet-nano"] = from_the_web(RTMDET_NANO, NetworkFile("net", web.url("/sdk.zip"), None, member="net"))
        with pytest.raises(Misconfigured, match="cannot be taken out"):
            pull(tmp_path, ["rtmdet-nano"])
    assert list((tmp_path / "rtmdet-nano").iterdir()) == []


def test_sha384_is_checked_as_well(tmp_path: Path, models_mirror: Path, catalogue: dict[str, CatalogueEntry]) -> None:
    """Some publishers state SHA-384; the same rules hold."""
    weights = (models_mirror / REID_0288.flavours[0].files[0].name).read_bytes()
    digest = f"sha384:{hashlib.sha384(weights).hexdigest()}"
    with serving(WebFolder({"/net.onnx": weights})) as web:
        catalogue["reid-0288"] = from_the_web(REID_0288, NetworkFile("net.onnx", web.url("/net.onnx"), digest))
        (pulled,) = pull(tmp_path, ["reid-0288"])
    assert pulled.pinned == ()
    check(LocalInference(tmp_path), ["reid-0288"])


def test_a_source_that_is_away_is_transient(tmp_path: Path, catalogue: dict[str, CatalogueEntry]) -> None:
    """A pull without a network says so, and can be repeated."""

    def away(url: str, to: Path, progress: object) -> None:
        raise Transient("away", url=url)

    catalogue["reid-0288"] = from_the_web(REID_0288, NetworkFile("net.onnx", "https://example.org/net.onnx", None))
    with pytest.raises(Transient):
        pull(tmp_path, ["reid-0288"], fetch=away)


def test_openvino_ir_runs_as_its_conversion_does(models_mirror: Path) -> None:
    """The form that the Open Model Zoo publishes goes through the same code to the same numbers."""
    from haetae.models.measure import known_input
    from haetae.models.runtime import load
    from haetae.models.selftest import difference

    ir = models_mirror / "openvino"
    if not ir.is_dir():
        pytest.skip("no OpenVINO IR in the mirror")
    parameters = {
        "kind": "embedder",
        "file": "person-reidentification-retail-0288.xml",
        "engine": "openvino",
        "precision": "f32",
        **REID_0288.parameters,
    }
    assert difference("reid-0288", load(parameters, ir)(known_input(REID_0288))) is None


def test_precision_and_engine_are_part_of_the_version(models_folder: Path) -> None:
    """Two ways to run one network are two versions; what an engine cannot do is refused."""
    found = installed(models_folder, "reid-0288")
    ways = [Execution("onnxruntime"), Execution("openvino"), Execution("openvino", "bf16")]
    assert len({found.version(way) for way in ways}) == 3
    assert found.engine(Execution(precision="bf16")) == "openvino"
    with pytest.raises(Misconfigured):
        found.engine(Execution("onnxruntime", "bf16"))
    check(LocalInference(models_folder, Execution("openvino", "bf16")), ["reid-0288", "rtmdet-nano"])
