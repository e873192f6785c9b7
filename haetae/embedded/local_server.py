"""`python -m haetae.embedded.local_server --repository FOLDER --port N`: the networks in process behind Triton's port.

For machines on which tritonserver does not run. It reads the same model repository, runs the same code, and speaks the part of
the KServe v2 protocol that our clients use; it neither batches across requests nor shares memory.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import grpc
import numpy as np
from google.protobuf import text_format
from numpy.typing import NDArray
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc
from tritonclient.utils import np_to_triton_dtype, triton_to_np_dtype

from haetae.embedded.ports import LOOPBACK
from haetae.errors import Misconfigured
from haetae.models.runtime import load

_THREADS = 16  # they wait for a network most of the time

Run = Callable[[NDArray[Any]], dict[str, NDArray[Any]]]


class Network:
    """One network of the repository, loaded as often as its configuration has instances; each is used by one caller at a time."""

    def __init__(self, folder: Path) -> None:
        self.config = text_format.Parse((folder / "config.pbtxt").read_text(encoding="utf-8"), model_config_pb2.ModelConfig())
        version = folder / "1"
        parameters = json.loads((version / "network.json").read_text(encoding="utf-8"))
        self._idle: SimpleQueue[Run] = SimpleQueue()
        for _ in range(max(1, sum(group.count for group in self.config.instance_group))):
            self._idle.put(load(parameters, version))
        self._places = threading.BoundedSemaphore(max(1, self.config.dynamic_batching.default_queue_policy.max_queue_size))

    def __call__(self, images: NDArray[Any]) -> dict[str, NDArray[Any]] | None:
        """Results by name; None when too many wait already. Raises ValueError for images that do not fit."""
        if not self._places.acquire(blocking=False):
            return None
        try:
            run = self._idle.get()
            try:
                return run(images)
            finally:
                self._idle.put(run)
        finally:
            self._places.release()


class Service(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]  # generated without types
    """The KServe v2 calls over the networks."""

    def __init__(self, networks: dict[str, Network]) -> None:
        self._networks = networks

    def ServerLive(self, request: Any, context: Any) -> Any:  # noqa: N802  # the protocol's name
        return service_pb2.ServerLiveResponse(live=True)

    def ServerReady(self, request: Any, context: Any) -> Any:  # noqa: N802
        return service_pb2.ServerReadyResponse(ready=True)

    def ModelReady(self, request: Any, context: Any) -> Any:  # noqa: N802
        return service_pb2.ModelReadyResponse(ready=request.name in self._networks)

    def ServerMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        return service_pb2.ServerMetadataResponse(name="haetae-local", version="1", extensions=[])

    def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        network = self._networks.get(request.name)
        if network is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Request for unknown model: '{request.name}' is not found")
            return None
        return service_pb2.ModelConfigResponse(config=network.config)

    def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802
        network = self._networks.get(request.model_name)
        if network is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Request for unknown model: '{request.model_name}' is not found")
            return None
        try:
            results = network(_images(request))
        except ValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            return None
        if results is None:
            context.abort(grpc.StatusCode.UNAVAILABLE, "Exceeds maximum queue size")
            return None
        return _response(request, results)


def _images(request: Any) -> NDArray[Any]:
    """The one input tensor. Raises ValueError when it is not there or not as long as its shape says."""
    if len(request.inputs) != 1 or len(request.raw_input_contents) != 1:
        raise ValueError("one input with raw contents is expected (there is no shared memory here)")
    tensor = request.inputs[0]
    dtype = triton_to_np_dtype(tensor.datatype)
    if dtype is None:
        raise ValueError(f"unknown datatype: {tensor.datatype}")
    return np.frombuffer(request.raw_input_contents[0], dtype=dtype).reshape(tuple(tensor.shape))


def _response(request: Any, results: dict[str, NDArray[Any]]) -> Any:
    wanted = [output.name for output in request.outputs] or list(results)
    response = service_pb2.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
    for name in wanted:
        array = np.ascontiguousarray(results[name])
        response.outputs.add(name=name, datatype=np_to_triton_dtype(array.dtype), shape=array.shape)
        response.raw_output_contents.append(array.tobytes())
    return response


def load_networks(repository: Path) -> dict[str, Network]:
    """Every `<model>/1/network.json` of a Triton model repository. Raises Misconfigured when there is none."""
    found = {file.parents[1].name: Network(file.parents[1]) for file in sorted(repository.glob("*/1/network.json"))}
    if not found:
        raise Misconfigured("There are no networks in the model repository", repository=repository)
    return found


def start(networks: dict[str, Network], port: int) -> grpc.Server:
    """A started server on loopback. Raises Misconfigured when the port is taken."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=options)
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Service(networks), server)
    try:
        server.add_insecure_port(f"{LOOPBACK}:{port}")
    except RuntimeError as error:
        raise Misconfigured(f"The port cannot be opened: {error}", port=port) from error
    server.start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = start(load_networks(options.repository), options.port)
    stop.wait()
    server.stop(grace=3).wait()


if __name__ == "__main__":
    main()
