"""What Triton is told of the model that compares all with all is what its ONNX file says."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from haetae.models.nearest import FILE, NEAREST
from haetae.models.repository import ONNXRUNTIME, PYTHON, lay_out
from haetae.models.triton_config import VERSION_PARAMETER

TYPES = {"tensor(float)": "TYPE_FP32", "tensor(int32)": "TYPE_INT32", "tensor(int64)": "TYPE_INT64"}


def config(into: Path, flavour: str) -> model_config_pb2.ModelConfig:
    lay_out(into / "no-models", into / "repository", [NEAREST], flavour=flavour)
    text = (into / "repository" / NEAREST / "config.pbtxt").read_text(encoding="utf-8")
    return text_format.Parse(text, model_config_pb2.ModelConfig())


@pytest.mark.parametrize("flavour", [PYTHON, ONNXRUNTIME])
def test_clients_see_the_files_tensors(flavour: str, tmp_path: Path) -> None:
    """Names, types and ranks are those of the file in both flavours; a batch axis is not added, and the version is stated."""
    served = config(tmp_path, flavour)
    session = onnxruntime.InferenceSession(str(FILE), providers=["CPUExecutionProvider"])
    for told, nodes in ((served.input, session.get_inputs()), (served.output, session.get_outputs())):
        known = [(node.name, TYPES[node.type], [size if isinstance(size, int) else -1 for size in node.shape]) for node in nodes]
        assert [(t.name, model_config_pb2.DataType.Name(t.data_type), list(t.dims)) for t in told] == known
    assert served.max_batch_size == 0
    assert served.parameters[VERSION_PARAMETER].string_value.endswith(f"-{flavour}")
    assert (tmp_path / "repository" / NEAREST / "1" / "model.onnx").read_bytes() == FILE.read_bytes()


def test_a_gpu_multiplies_in_single_precision(tmp_path: Path) -> None:
    """On a GPU the onnxruntime backend runs it by CUDA without TensorFloat-32, and without TensorRT; the other has a model.py."""
    served = config(tmp_path, ONNXRUNTIME)
    (accelerator,) = served.optimization.execution_accelerators.gpu_execution_accelerator
    assert (accelerator.name, dict(accelerator.parameters)) == ("cuda", {"use_tf32": "0"})
    assert served.instance_group[0].kind == model_config_pb2.ModelInstanceGroup.KIND_GPU
    assert not (tmp_path / "repository" / NEAREST / "1" / "model.py").exists()
    assert config(tmp_path, PYTHON).instance_group[0].kind == model_config_pb2.ModelInstanceGroup.KIND_CPU
    assert (tmp_path / "repository" / NEAREST / "1" / "model.py").exists()
