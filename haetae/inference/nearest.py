"""All vectors compared with all by a Triton server, on its GPU where it has one: the port of haetae.ranking over gRPC."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from haetae.domain.embedding import Vectors
from haetae.errors import HaetaeError, Misconfigured
from haetae.inference.port import Array
from haetae.inference.shared_memory import Region, SharedMemory
from haetae.inference.triton_channel import connected
from haetae.inference.triton_errors import as_ours
from haetae.models.nearest import KEPT, LEAST, NEAREST, ORDER, SIMILARITIES, VECTORS
from haetae.ranking.most_similar import MostSimilar
from haetae.telemetry import logs, tracing

MESSAGE_BYTES = (1 << 31) - (1 << 20)
"""What fits into one gRPC message; more than that goes through shared memory or not at all."""

_ROUNDING = 1e-5  # by which a product of single precision may be off; TensorFloat-32 is off by a thousand times as much
_CHECKED_ROWS = 8


class TritonNearest:
    """A FindsMostSimilar over one channel to `address` (host:port); safe to share between threads.

    With `shared_memory` vectors are handed over through system shared memory: only where the server runs on this host. A server
    that does not answer within `deadline_s`, has no such model or computes too coarsely is not asked again for `again_after_s`.
    That, and that it answers again, is logged. Raises Misconfigured where `ca_file` cannot be read.
    """

    def __init__(
        self,
        address: str,
        *,
        shared_memory: bool = False,
        ca_file: Path | None = None,
        deadline_s: float = 5.0,
        again_after_s: float = 10.0,
    ) -> None:
        self._client = connected(address, ca_file)
        self._shared = SharedMemory(self._client) if shared_memory else None
        self._deadline_s, self._again_after_s = deadline_s, again_after_s
        self._away_until_s: float | None = None
        self._lock = threading.Lock()

    def __call__(self, vectors: Vectors, kept: int) -> MostSimilar | None:
        """As the port says; None where the server is away, and for vectors that fit into no message."""
        with self._lock:
            away = self._away_until_s is not None and time.monotonic() < self._away_until_s
        if away:
            return None
        try:
            found = self._asked(vectors, kept)
        except InferenceServerException as error:
            self._tell(as_ours(error, NEAREST))
            return None
        except HaetaeError as error:
            self._tell(error)
            return None
        self._tell(None)
        return found

    def close(self) -> None:
        """Gives shared memory back and closes the channel."""
        if self._shared is not None:
            self._shared.close()
        self._client.close()

    def _asked(self, vectors: Vectors, kept: int) -> MostSimilar:
        given = np.ascontiguousarray(vectors, dtype=np.float32)
        tensor = triton.InferInput(VECTORS, list(given.shape), "FP32")
        lent = self._shared.lend(given, self._deadline_s) if self._shared is not None else None
        if lent is not None:
            tensor.set_shared_memory(lent.name, given.nbytes)
        elif given.nbytes > MESSAGE_BYTES:
            raise Misconfigured("So many vectors fit into no message: use shared memory.", n=len(given))
        else:
            tensor.set_data_from_numpy(given)
        wanted = triton.InferInput(KEPT, [1], "INT64")
        wanted.set_data_from_numpy(np.array([kept], np.int64))
        return _checked(self._infer([tensor, wanted], lent), given, kept)

    def _infer(self, inputs: list[triton.InferInput], lent: Region | None) -> triton.InferResult:
        failed = True
        try:
            outputs = [triton.InferRequestedOutput(name) for name in (ORDER, SIMILARITIES, LEAST)]
            with tracing.span(f"triton {NEAREST}", {"haetae.model": NEAREST}, tracing.Kind.CLIENT):
                answer = self._client.infer(NEAREST, inputs, outputs=outputs, client_timeout=self._deadline_s)
            failed = False
            return answer
        finally:
            if lent is not None and self._shared is not None:
                self._shared.give_back(lent, failed=failed)

    def _tell(self, error: HaetaeError | None) -> None:
        """Remembers whether the server answers; logs where that changed."""
        with self._lock:
            was_away = self._away_until_s is not None
            self._away_until_s = None if error is None else time.monotonic() + self._again_after_s
        if error is not None and not was_away:
            logs.get().warning("nearest_fell_back", why=str(error), again_after_s=self._again_after_s)
        elif error is None and was_away:
            logs.get().info("nearest_came_back")


def _checked(answer: triton.InferResult, vectors: Vectors, kept: int) -> MostSimilar:
    """The answer, once it has the promised shapes, names rows that there are, and is as exact as single precision."""
    n = len(vectors)
    order, similarities, least = (answer.as_numpy(name) for name in (ORDER, SIMILARITIES, LEAST))
    promised = _fits(order, np.int32, (n, kept)) and _fits(similarities, np.float32, (n, kept)) and _fits(least, np.float32, (n,))
    if not promised or order.min() < 0 or order.max() >= n:
        raise Misconfigured("Triton serves another model under this name.", model=NEAREST)
    rows = np.unique(np.linspace(0, n - 1, _CHECKED_ROWS).astype(np.intp))
    products = np.einsum("rd,rkd->rk", vectors[rows], vectors[order[rows]], dtype=np.float64)
    if not np.abs(products - similarities[rows]).max() <= _ROUNDING:
        raise Misconfigured("Triton multiplies more coarsely than in single precision.", model=NEAREST)
    return MostSimilar(np.array(order), np.array(least))  # writable, and theirs alone


def _fits(array: Array | None, dtype: type[np.generic], shape: tuple[int, ...]) -> bool:
    return array is not None and array.dtype == dtype and array.shape == shape
