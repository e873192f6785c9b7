"""What Triton is told of a model is what the catalogue promises of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2
from tritonclient.utils import triton_to_np_dtype

from haetae.errors import Misconfigured
from haetae.models.installed import Execution, installed
from haetae.models.networks import CATALOGUE
from haetae.models.repository import ONNXRUNTIME, lay_out
from haetae.models.spec import TensorSpec
from haetae.models.triton_config import VERSION_PARAMETER


def config(folder: Path) -> model_config_pb2.ModelConfig:
    return text_format.Parse((folder / "config.pbtxt").read_text(encoding="utf-8"), model_config_pb2.ModelConfig())


def as_spec(tensor: model_config_pb2.ModelInput | model_config_pb2.ModelOutput) -> TensorSpec:
    triton = model_config_pb2.DataType.Name(tensor.data_type).removeprefix("TYPE_")
    return TensorSpec(tensor.name, np.dtype(triton_to_np_dtype(triton)).name, tuple(tensor.dims))


@pytest.fixture(scope="module", params=["python", ONNXRUNTIME])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Path:
    """Every network, laid out in each flavour."""
    into = tmp_path_factory.mktemp("repository")
    lay_out(models_folder, into, flavour=request.param)
    return into


@pytest.mark.parametrize("name", CATALOGUE)
def test_clients_see_the_catalogues_tensors(repository: Path, name: str) -> None:
    """Names, types and shapes of inputs and outputs are equal in both flavours, and the version is stated."""
    served, spec = config(repository / name), CATALOGUE[name].spec
    assert served.name == name
    assert served.backend == "python"
    assert [as_spec(tensor) for tensor in served.input] == [spec.input]
    assert tuple(as_spec(tensor) for tensor in served.output) == spec.outputs
    assert served.parameters[VERSION_PARAMETER].string_value
    assert (repository / name / "1" / "model.py").is_file()


@pytest.mark.parametrize("name", CATALOGUE)
def test_old_and_surplus_requests_are_refused(repository: Path, name: str) -> None:
    """Every model batches across requests and bounds its queue in length and time: newer frames matter more than old ones."""
    policy = config(repository / name).dynamic_batching.default_queue_policy
    assert policy.timeout_action == model_config_pb2.ModelQueuePolicy.REJECT
    assert policy.max_queue_size > 0
    assert 0 < policy.default_timeout_microseconds <= 5_000_000
    assert policy.allow_timeout_override


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_full_triton_runs_the_bare_network_on_its_gpu(tmp_path: Path, models_folder: Path, name: str) -> None:
    """The bare network's tensors are those of its ONNX file; TensorRT runs it in f32 but for the int8 one."""
    lay_out(models_folder, tmp_path, [name], flavour=ONNXRUNTIME)
    bare = config(tmp_path / f"{name}-network")
    assert (bare.backend, bare.max_batch_size) == ("onnxruntime", 0)
    assert bare.instance_group[0].kind == model_config_pb2.ModelInstanceGroup.KIND_GPU
    accelerators = {
        each.name: dict(each.parameters) for each in bare.optimization.execution_accelerators.gpu_execution_accelerator
    }
    if name == "movenet":
        assert accelerators == {}
        assert list(bare.input[0].dims) == [1, 192, 192, 3]
    else:
        assert accelerators["tensorrt"]["precision_mode"] == "FP32"
        assert bare.input[0].dims[1] == 3
    assert (tmp_path / f"{name}-network" / "1" / "model.onnx").stat().st_size == CATALOGUE[name].flavours[0].files[0].n_bytes


def test_laying_out_again_replaces_all(tmp_path: Path, models_folder: Path) -> None:
    """The repository holds exactly the networks asked for, in the version asked for."""
    lay_out(models_folder, tmp_path, ["reid-0288", "movenet"])
    lay_out(models_folder, tmp_path, ["reid-0288"], execution=Execution("openvino"), instances={"reid-0288": 3})
    assert {each.name for each in tmp_path.iterdir()} == {"reid-0288", "triton_watch.py"}
    served = config(tmp_path / "reid-0288")
    assert served.instance_group[0].count == 3
    assert served.parameters[VERSION_PARAMETER].string_value == installed(models_folder, "reid-0288").version(
        Execution("openvino")
    )


def test_a_network_that_was_not_pulled_is_named(tmp_path: Path) -> None:
    """Nothing half is laid out."""
    with pytest.raises(Misconfigured, match="haetae models pull"):
        lay_out(tmp_path / "models", tmp_path / "repository", ["reid-0288"])
