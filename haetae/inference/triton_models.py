"""What Triton says of its models: asked once, and again after a failure, because a server may come back with others."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import tritonclient.grpc as triton

from haetae.errors import Misconfigured
from haetae.models.triton_config import VERSION_PARAMETER

_ASK_WITHIN_S = 2.0
_FRESH_S = 5.0


@dataclass(frozen=True, slots=True)
class ServedModel:
    """`version` as laid out; `max_batch` rows a request; `instances` that can work side by side."""

    version: str
    max_batch: int
    instances: int

    def step_for(self, n: int) -> int:
        """How many rows to send in one request, so that all instances have work and none gets too much."""
        return max(1, min(self.max_batch, -(-n // self.instances)))


class ServedModels:
    """Configurations by model name, remembered for some seconds."""

    def __init__(self, client: triton.InferenceServerClient) -> None:
        self._client = client
        self._known: dict[str, tuple[float, ServedModel]] = {}
        self._lock = threading.Lock()

    def get(self, model: str, within_s: float = _ASK_WITHIN_S) -> ServedModel:
        """Raises tritonclient's InferenceServerException, and Misconfigured for a model that was not laid out by us."""
        with self._lock:
            known = self._known.get(model)
        if known is not None and time.monotonic() - known[0] < _FRESH_S:
            return known[1]
        config = self._client.get_model_config(model, client_timeout=min(within_s, _ASK_WITHIN_S)).config
        if VERSION_PARAMETER not in config.parameters:
            raise Misconfigured("Triton serves a model that was not laid out by `haetae models`.", model=model)
        served = ServedModel(
            version=config.parameters[VERSION_PARAMETER].string_value,
            max_batch=max(1, config.max_batch_size),
            instances=max(1, sum(group.count for group in config.instance_group)),
        )
        with self._lock:
            self._known[model] = (time.monotonic(), served)
        return served

    def forget(self, model: str) -> None:
        """After a failure: whoever answers next may be another server."""
        with self._lock:
            self._known.pop(model, None)
