"""The layout for a GPU, on a Triton that has none: a stand-in for the bare network, everything before it as laid out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from haetae.embedded.triton import find_environment
from haetae.errors import Misconfigured
from haetae.inference.local import LocalInference
from haetae.inference.triton import TritonInference
from haetae.models.measure import known_input
from haetae.models.networks import network
from haetae.models.repository import ONNXRUNTIME, lay_out
from haetae.models.selftest import check
from haetae.models.spec import IMAGES
from tests.kit import servers

pytestmark = pytest.mark.integration
NAMES = ("rtmdet-nano", "reid-0288", "haetae-reid")

STAND_IN = """
import onnxruntime, triton_python_backend_utils as pb_utils
from pathlib import Path

class TritonPythonModel:
    def initialize(self, args):
        self.session = onnxruntime.InferenceSession(str(Path(__file__).parent / "model.onnx"), providers=["CPUExecutionProvider"])

    def execute(self, requests):
        answers = []
        for request in requests:
            inputs = {i.name: pb_utils.get_input_tensor_by_name(request, i.name).as_numpy() for i in self.session.get_inputs()}
            outputs = zip(self.session.get_outputs(), self.session.run(None, inputs))
            answers.append(pb_utils.InferenceResponse([pb_utils.Tensor(o.name, array) for o, array in outputs]))
        return answers
"""


def test_what_prepares_and_finishes_before_the_gpu_gives_the_same_numbers(tmp_path: Path, models_folder: Path) -> None:
    """Python model -> bare network -> python model, on a real server: known numbers, and those of this process."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    repository = tmp_path / "repository"
    lay_out(models_folder, repository, NAMES, flavour=ONNXRUNTIME)
    for name in NAMES:
        bare = repository / f"{name}-network"
        config = (bare / "config.pbtxt").read_text(encoding="utf-8").split("optimization")[0]
        config = re.sub('"onnxruntime"', '"python"', config).replace("KIND_GPU", "KIND_CPU")
        (bare / "config.pbtxt").write_text(config, encoding="utf-8")
        (bare / "1" / "model.py").write_text(STAND_IN, encoding="utf-8")
    local = LocalInference(models_folder)
    with servers.triton(tmp_path / "triton", repository) as (part, _):
        client = TritonInference(part.address)
        check(client, NAMES)
        for name in NAMES:
            images = np.repeat(known_input(network(name)), 3, axis=0)
            images[1] = images[1, :, ::-1]
            here, there = (each.infer(name, {IMAGES: images}, deadline_s=60) for each in (local, client))
            for output, array in here.items():
                np.testing.assert_allclose(there[output], array, rtol=0, atol=1e-3 if output == "boxes" else 1e-5)
        assert client.version("reid-0288").endswith("-tensorrt-f32")
        client.close()
