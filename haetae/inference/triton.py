"""Networks served by Triton over gRPC: every call has a deadline, and every failure says whether trying again helps."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from haetae.errors import Transient
from haetae.inference.model_spec import checked_inputs, checked_outputs, no_outputs
from haetae.inference.port import Array
from haetae.inference.shared_memory import SharedMemory
from haetae.inference.triton_channel import connected
from haetae.inference.triton_errors import as_ours
from haetae.inference.triton_models import ServedModels
from haetae.models.networks import network
from haetae.models.spec import IMAGES
from haetae.telemetry import tracing

_READY_WITHIN_S = 1.0


class TritonInference:
    """The port over one gRPC channel to `address` (host:port); safe to share between threads.

    Batches are cut into what the model takes at once, spread over its instances, and sent side by side. With `shared_memory`
    images are handed over through system shared memory: only where the server runs on this host; a server that has none
    gets them in the message after all. With `ca_file` (PEM) the server has to show a certificate that was signed by that one.
    Raises Misconfigured where that file cannot be read.
    """

    def __init__(self, address: str, *, shared_memory: bool = False, ca_file: Path | None = None) -> None:
        self._client = connected(address, ca_file)
        self._models = ServedModels(self._client)
        self._shared = SharedMemory(self._client) if shared_memory else None

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        """As the port says."""
        ends_at = time.monotonic() + deadline_s
        images = checked_inputs(model, inputs)
        if not len(images):
            return no_outputs(model)
        try:
            with tracing.span(f"triton {model}", {"haetae.model": model, "haetae.batch": len(images)}, tracing.Kind.CLIENT):
                answers = self._answers(model, images, deadline_s, ends_at)
        except InferenceServerException as error:
            self._models.forget(model)
            raise as_ours(error, model) from error
        except Transient:
            self._models.forget(model)
            raise
        names = [spec.name for spec in network(model).spec.outputs]
        joined = {name: _joined([answer.as_numpy(name) for answer in answers]) for name in names}
        return checked_outputs(model, len(images), {name: array for name, array in joined.items() if array is not None})

    def ready(self, model: str) -> bool:
        try:
            return bool(self._client.is_model_ready(model, client_timeout=_READY_WITHIN_S))
        except InferenceServerException:
            return False

    def version(self, model: str) -> str:
        try:
            return self._models.get(model).version
        except InferenceServerException as error:
            raise as_ours(error, model) from error

    def close(self) -> None:
        """Gives shared memory back and closes the channel."""
        if self._shared is not None:
            self._shared.close()
        self._client.close()

    def _answers(self, model: str, images: Array, deadline_s: float, ends_at: float) -> list[triton.InferResult]:
        step = self._models.get(model, deadline_s).step_for(len(images))
        chunks = [np.ascontiguousarray(images[start : start + step]) for start in range(0, len(images), step)]
        return self._send_all(model, chunks, ends_at)

    def _send_all(self, model: str, chunks: Sequence[Array], ends_at: float) -> list[triton.InferResult]:
        """The answers in the order of the chunks. Raises the first failure without waiting for the rest."""
        done: SimpleQueue[tuple[int, triton.InferResult | None, InferenceServerException | None]] = SimpleQueue()
        calls = [self._send(model, i, chunk, ends_at, done) for i, chunk in enumerate(chunks)]
        answers: dict[int, triton.InferResult] = {}
        try:
            while len(answers) < len(chunks):
                i, answer, error = done.get(timeout=max(0.0, ends_at - time.monotonic()) + 0.1)
                if error is not None:
                    raise error
                answers[i] = answer
        except Empty:
            raise Transient("Triton did not answer in time.", model=model) from None
        finally:
            if len(answers) < len(chunks):
                for call in calls:
                    call.cancel()
        return [answers[i] for i in range(len(chunks))]

    def _send(self, model: str, i: int, chunk: Array, ends_at: float, done: SimpleQueue[Any]) -> Any:
        remaining_s = max(0.001, ends_at - time.monotonic())
        tensor = triton.InferInput(IMAGES, list(chunk.shape), "UINT8")
        lent = self._shared.lend(chunk, remaining_s) if self._shared is not None else None
        if lent is None or self._shared is None:
            tensor.set_data_from_numpy(chunk)
        else:
            tensor.set_shared_memory(lent.name, chunk.nbytes)

        def finish(result: triton.InferResult | None, error: InferenceServerException | None) -> None:
            if lent is not None and self._shared is not None:
                self._shared.give_back(lent, failed=error is not None)
            done.put((i, result, error))

        return self._client.async_infer(
            model, [tensor], finish, client_timeout=remaining_s, timeout=max(1, int(remaining_s * 1e6))
        )


def _joined(arrays: Sequence[Array | None]) -> Array | None:
    present = [array for array in arrays if array is not None]
    if len(present) < len(arrays):
        return None
    return present[0] if len(present) == 1 else np.concatenate(present)
