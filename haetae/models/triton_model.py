"""A network behind Triton's python backend: laid out as `model.py` beside `runtime.py`, `network.json` and the weights.

It runs in Triton's own environment, without `haetae`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils
from runtime import load  # type: ignore[import-not-found]  # lies beside this file once laid out


class TritonPythonModel:
    """One instance: one process, one loaded network."""

    def initialize(self, args: dict[str, str]) -> None:
        """Loads the network. `served` in network.json names the model of the bare network, where another backend runs it."""
        folder = Path(__file__).parent
        parameters = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        served = parameters.get("served")
        self._run = load(parameters, folder, raw=_Served(**served) if served else None)
        if not served:  # engines compile and lay out their memory at the first run: not at the first frame's cost
            self._run(np.zeros((1, *parameters["warm_up"], 3), dtype=np.uint8))

    def execute(self, requests: list[Any]) -> list[Any]:
        """All requests that Triton batched, as one batch; an input that cannot be used is that request's error alone."""
        images = [pb_utils.get_input_tensor_by_name(request, "images").as_numpy() for request in requests]
        try:
            if len({image.shape[1:] for image in images}) == 1:
                return _split(self._run(np.concatenate(images) if len(images) > 1 else images[0]), [len(i) for i in images])
            return [_split(self._run(image), [len(image)])[0] for image in images]
        except (ValueError, pb_utils.TritonModelException) as error:
            return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error))) for _ in requests]


class _Served:
    """A bare network that another Triton backend runs (onnxruntime with TensorRT on a GPU)."""

    def __init__(self, model: str, input: str, outputs: list[str]) -> None:
        self._model, self._input, self._outputs = model, input, outputs

    def __call__(self, batch: Any) -> list[Any]:
        request = pb_utils.InferenceRequest(
            model_name=self._model,
            requested_output_names=self._outputs,
            inputs=[pb_utils.Tensor(self._input, np.ascontiguousarray(batch))],
            preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, 0),
        )
        response = request.exec()
        if response.has_error():
            raise pb_utils.TritonModelException(response.error().message())
        return [pb_utils.get_output_tensor_by_name(response, name).as_numpy() for name in self._outputs]


def _split(results: dict[str, Any], sizes: list[int]) -> list[Any]:
    responses, start = [], 0
    for size in sizes:
        rows = [pb_utils.Tensor(name, np.ascontiguousarray(array[start : start + size])) for name, array in results.items()]
        responses.append(pb_utils.InferenceResponse(output_tensors=rows))
        start += size
    return responses
