"""Who serves the networks: Triton where it runs and gives the right numbers, else the same code in process, visibly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK
from haetae.embedded.triton import Triton, find_environment, server_not_live, server_not_ready
from haetae.errors import Misconfigured, Transient

_STARTS = 2  # as often is tritonserver started without ever serving before it is given up


class InferenceServer:
    """One part behind one gRPC port. `self_test` takes the address and raises Misconfigured when the numbers are wrong."""

    name = "triton"

    def __init__(self, folder: Path, repository: Path, port: int, self_test: Callable[[str], None]) -> None:
        self.port = port
        self.address = f"{LOOPBACK}:{port}"
        self.remark: str | None = None
        self._repository = repository.resolve()
        self._self_test = self_test
        self._started = 0
        self._triton: Triton | None = None
        try:
            self._triton = Triton(find_environment(), folder, repository, port)
        except Misconfigured as why:
            self._serve_in_process(why.message)

    def prepare(self) -> None:
        if self._triton is not None:
            self._triton.prepare()

    def command(self) -> Command:
        if self._triton is not None and self._started >= _STARTS:
            self._serve_in_process(f"tritonserver ended {_STARTS} times at its start")
        if self._triton is None:
            module = "haetae.embedded.local_server"
            words = ["--repository", str(self._repository), "--port", str(self.port)]
            return Command(argv=[sys.executable, "-m", module, *words])
        self._started += 1
        return self._triton.command()

    def not_ready(self) -> str | None:
        return server_not_ready(self.address)

    def hangs(self) -> bool:
        return server_not_live(self.address)

    def provision(self) -> None:
        """Known numbers must come out: Triton's Python backend has been seen to answer zeros without any error."""
        try:
            self._self_test(self.address)
        except Misconfigured as wrong:
            if self._triton is None:
                raise
            self._serve_in_process(f"Triton failed its self-test: {wrong.message}")
            raise Transient(f"Triton failed its self-test: {wrong.message}") from wrong
        self._started = 0

    def _serve_in_process(self, why: str) -> None:
        self._triton = None
        self.remark = f"served in process, not by Triton: {why}"
