"""The catalogue's entries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.models.builtin import built_in_networks
from haetae.models.catalogue import ENGINES, CatalogueEntry, Flavour, NetworkFile
from haetae.models.registered import known
from haetae.models.spec import ATTRIBUTES, DETECTIONS, KEYPOINTS, MAX_DETECTIONS, NetworkSpec, Task, embeddings

_ZOO = "https://storage.openvinotoolkit.org/repositories/open_model_zoo"
_ZOO_PAGE = "https://github.com/openvinotoolkit/open_model_zoo/tree/master/models/intel"
_MMPOSE = "https://download.openmmlab.com/mmpose/v1/projects/rtmposev1/onnx_sdk"
_CORAL = "https://raw.githubusercontent.com/google-coral/test_data/master"

_CROP = ImageSize(width=128, height=256)


def _onnx(name: str, sha256: str, n_bytes: int) -> Flavour:
    """A conversion to ONNX that a mirror carries; its digest is of that conversion."""
    return Flavour("onnx", (NetworkFile(name, None, f"sha256:{sha256}", n_bytes),), ENGINES)


def _ir(folder: str, name: str, xml: tuple[str, int], weights: tuple[str, int]) -> Flavour:
    """OpenVINO IR as the Open Model Zoo publishes it, with the digests of its model.yml."""
    files = tuple(
        NetworkFile(f"{name}.{ending}", f"{folder}/{name}/FP32/{name}.{ending}", digest, n_bytes)
        for ending, (digest, n_bytes) in (("xml", xml), ("bin", weights))
    )
    return Flavour("ir", files, ("openvino",))


RTMDET_NANO = CatalogueEntry(
    name="rtmdet-nano",
    title="RTMDet-nano, people",
    kind="rtmdet",
    spec=NetworkSpec(Task.DETECTION, None, DETECTIONS, stride_px=32),
    licence="Apache-2.0",
    homepage="https://github.com/open-mmlab/mmpose/tree/main/projects/rtmpose",
    flavours=(
        _onnx("rtmdet_nano_person_320.onnx", "b8585adb6d1352796f6e86337e09c3459b830645a7e7192d9381670bea2facbd", 4012393),
        Flavour(
            "sdk",
            (
                NetworkFile(
                    "end2end.onnx",
                    f"{_MMPOSE}/rtmdet_nano_8xb32-100e_coco-obj365-person-05d8511e.zip",
                    digest=None,
                    member="end2end.onnx",
                ),
            ),
            ENGINES,
        ),
    ),
    parameters=MappingProxyType(
        {
            "mean": [103.53, 116.28, 123.675],
            "scale": [57.375, 57.12, 58.395],
            "max_detections": MAX_DETECTIONS,
            "min_score": 0.05,
            "iou": 0.65,
        }
    ),
)

RETAIL_0013 = CatalogueEntry(
    name="retail-0013",
    title="person-detection-retail-0013",
    kind="retail-detector",
    spec=NetworkSpec(Task.DETECTION, ImageSize(width=544, height=320), DETECTIONS),
    licence="Apache-2.0",
    homepage=f"{_ZOO_PAGE}/person-detection-retail-0013",
    flavours=(
        _onnx("person-detection-retail-0013.onnx", "555da164d8d92a012b7c69dbca95ddaa2d48ad143bfc9b311398b99272e125b2", 3182502),
        _ir(
            f"{_ZOO}/2022.1/models_bin/3",
            "person-detection-retail-0013",
            (
                "sha384:0a346bc301457760eed3570a03a650529016505487c8f76bc4fb06d4a68d9ac901def7d5d7d4728b0699ab359dec4cfb",
                470356,
            ),
            (
                "sha384:9e0fb51e3b9064657b14ddd8c190f7088fd561a184acd38ba7a7d4c491879e56a5a6d4619810cbbaef36a9653810486a",
                2891364,
            ),
        ),
    ),
    parameters=MappingProxyType({"max_detections": MAX_DETECTIONS, "min_score": 0.05, "iou": 0.45}),
)

REID_0286 = CatalogueEntry(
    name="reid-0286",
    title="person-reidentification-retail-0286",
    kind="embedder",
    spec=NetworkSpec(Task.EMBEDDING, _CROP, embeddings(256)),
    licence="Apache-2.0",
    homepage=f"{_ZOO_PAGE}/person-reidentification-retail-0286",
    flavours=(
        _onnx(
            "person-reidentification-retail-0286.onnx",
            "876334a1805a7c6d4d047c7a37b909ff5b8459bf05cdb5fc9889912289e9b7d1",
            4981159,
        ),
        _ir(
            "https://download.01.org/opencv/2021/openvinotoolkit/2021.1/open_model_zoo/models_bin/2",
            "person-reidentification-retail-0286",
            ("sha256:bab36f3d14a09a4f98479e5aa2f6e39dbc4696f04731bb8bb12a825789a69bd8", 504087),
            ("sha256:159442768eeb08f23af66f1c95c55072aa3d59f5e6cbf068dfc756544a908226", 4905116),
        ),
    ),
    parameters=MappingProxyType({"dimensions": 256}),
)

REID_0288 = CatalogueEntry(
    name="reid-0288",
    title="person-reidentification-retail-0288",
    kind="embedder",
    spec=NetworkSpec(Task.EMBEDDING, _CROP, embeddings(256)),
    licence="Apache-2.0",
    homepage=f"{_ZOO_PAGE}/person-reidentification-retail-0288",
    flavours=(
        _onnx(
            "person-reidentification-retail-0288.onnx", "cde1004a292906bebd9d84bf2c17bc97cdef1d9401c96195422ef8fc8f480e8e", 776682
        ),
        _ir(
            f"{_ZOO}/2021.4/models_bin/3",
            "person-reidentification-retail-0288",
            ("sha256:59652440ca5c2dc67a20abfeb66b5e2497644c4f463ea5a9079b36f5bce021f6", 571633),
            ("sha256:af7c8cfd585292ca319e8828b8e6bcfa4ccde415b2049a080158ae6013cce648", 728120),
        ),
    ),
    parameters=MappingProxyType({"dimensions": 256}),
)

ATTRIBUTES_0230 = CatalogueEntry(
    name="attributes-0230",
    title="person-attributes-recognition-crossroad-0230",
    kind="attributes",
    spec=NetworkSpec(Task.ATTRIBUTES, ImageSize(width=80, height=160), ATTRIBUTES),
    licence="Apache-2.0",
    homepage=f"{_ZOO_PAGE}/person-attributes-recognition-crossroad-0230",
    flavours=(
        _onnx(
            "person-attributes-recognition-crossroad-0230.onnx",
            "fb66d79004376a1ca5a1b64e019b13c9d89192bfaffdacb95c6ae07bb2f7b68b",
            2954179,
        ),
        _ir(
            f"{_ZOO}/2021.4/models_bin/3",
            "person-attributes-recognition-crossroad-0230",
            ("sha256:871ebc205557431b7d78dacfa12a8ea88718fb83caf20dbc0eb612e814a3e4d5", 190069),
            ("sha256:717aa86c9eeca18ed49931494c50967559042338203ea69362b73276b51f8a97", 2939240),
        ),
    ),
)

MOVENET = CatalogueEntry(
    name="movenet",
    title="MoveNet SinglePose Lightning, int8",
    kind="movenet",
    spec=NetworkSpec(Task.POSE, ImageSize(width=192, height=192), KEYPOINTS),
    licence="Apache-2.0",
    homepage="https://github.com/google-coral/test_data",
    flavours=(
        _onnx("movenet_lightning_int8.onnx", "164b15678bd672e90c3724752f1f0800d2b18364f94728abd3d5ad43c52fcdb2", 2928330),
        Flavour(
            "tflite",
            (
                NetworkFile(
                    "movenet_single_pose_lightning_ptq.tflite",
                    f"{_CORAL}/movenet_single_pose_lightning_ptq.tflite",
                    digest=None,
                ),
            ),
            ("openvino",),
        ),
    ),
)

CATALOGUE: Mapping[str, CatalogueEntry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (*built_in_networks(), RTMDET_NANO, RETAIL_0013, REID_0288, REID_0286, ATTRIBUTES_0230, MOVENET)
    }
)


def network(name: str) -> CatalogueEntry:
    """The entry of that name, of the catalogue or registered. Raises Misconfigured, naming those that the catalogue has."""
    entry = CATALOGUE.get(name) or known(name)
    if entry is None:
        raise Misconfigured(f"There is no network '{name}'; the catalogue has {', '.join(CATALOGUE)}.")
    return entry
