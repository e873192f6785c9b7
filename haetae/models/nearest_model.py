"""`nearest.onnx` behind Triton's python backend, for a server without the onnxruntime backend: laid out as `model.py` beside it.

It runs in Triton's own environment, without `haetae`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """One instance: one process, with all cores for one request after the other."""

    def initialize(self, args: dict[str, str]) -> None:
        """Loads the network."""
        file = Path(__file__).with_name("model.onnx")
        self._session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def execute(self, requests: list[Any]) -> list[Any]:
        """Each request by itself. What the network refuses to compare is an error of the request: Triton batches nothing here."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Any) -> Any:
        names = [node.name for node in self._session.get_inputs()]
        inputs = {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in names}
        wanted = request.requested_output_names()
        answers = zip(wanted, self._session.run(wanted, inputs), strict=True)
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, array) for name, array in answers])
