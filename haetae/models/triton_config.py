"""Triton's config.pbtxt as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haetae.models.onnx_signature import BareTensor, Signature
from haetae.models.spec import NetworkSpec, TensorSpec

VERSION_PARAMETER = "haetae_version"
"""Under this key a served model states what its numbers depend on."""

_TRITON_TYPES = {"uint8": "TYPE_UINT8", "float32": "TYPE_FP32", "int32": "TYPE_INT32"}


@dataclass(frozen=True, slots=True)
class Serving:
    """How a model is served. What is beyond the queue or too old in it is refused at once."""

    max_batch: int
    instances: int
    version: str
    max_delay_us: int = 0  # waiting for a fuller batch pays on a GPU only
    max_queue: int = 64
    queue_timeout_us: int = 2_000_000


def python_config(name: str, spec: NetworkSpec, serving: Serving) -> str:
    """Of a python-backend model that takes uint8 images."""
    return f"""name: "{name}"
backend: "python"
max_batch_size: {serving.max_batch}
input [{_tensors([spec.input])}]
output [{_tensors(spec.outputs)}]
instance_group [{{ count: {serving.instances} kind: KIND_CPU }}]
dynamic_batching {{
  max_queue_delay_microseconds: {serving.max_delay_us}
  default_queue_policy {{
    timeout_action: REJECT
    default_timeout_microseconds: {serving.queue_timeout_us}
    allow_timeout_override: true
    max_queue_size: {serving.max_queue}
  }}
}}
parameters {{ key: "{VERSION_PARAMETER}" value {{ string_value: "{serving.version}" }} }}
"""


def bare_network_config(name: str, tensors: Signature, *, tensorrt: bool, warm_ups: Sequence[Sequence[int]] = ()) -> str:
    """Of the bare network in the onnxruntime backend on a GPU. Its batch axis is explicit: the model before it batches.

    `warm_ups` are shapes of its input that are run with zeros before it is ready: engines are built then, not at the first frame.
    """
    accelerator = """
optimization {
  execution_accelerators {
    gpu_execution_accelerator: [ {
      name: "tensorrt"
      parameters { key: "precision_mode" value: "FP32" }
      parameters { key: "trt_engine_cache_enable" value: "true" }
      parameters { key: "trt_engine_cache_path" value: "/tmp/haetae-tensorrt" }
    } ]
  }
}"""
    return f"""name: "{name}"
backend: "onnxruntime"
max_batch_size: 0
input [{_bare([tensors.input])}]
output [{_bare(tensors.outputs)}]
instance_group [{{ count: 1 kind: KIND_GPU }}]
model_warmup [{",".join(_warm_up(tensors.input, shape) for shape in warm_ups)} ]{accelerator if tensorrt else ""}
"""


def _warm_up(tensor: BareTensor, shape: Sequence[int]) -> str:
    dims = ", ".join(map(str, shape))
    value = f"data_type: {tensor.triton_type} dims: [ {dims} ] zero_data: true"
    name = f"zeros of {dims.replace(', ', ' x ')}"
    return f' {{ name: "{name}" batch_size: 1 inputs {{ key: "{tensor.name}" value: {{ {value} }} }} }}'


def _tensors(specs: Sequence[TensorSpec]) -> str:
    return ",".join(_tensor(spec.name, _TRITON_TYPES[spec.dtype], spec.shape) for spec in specs)


def _bare(tensors: Sequence[BareTensor]) -> str:
    return ",".join(_tensor(tensor.name, tensor.triton_type, tensor.shape) for tensor in tensors)


def _tensor(name: str, triton_type: str, shape: Sequence[int]) -> str:
    return f' {{ name: "{name}" data_type: {triton_type} dims: [ {", ".join(map(str, shape))} ] }}'
