"""The real `tritonserver` out of the nvidia-pytriton wheel, serving a model repository through its Python backend.

It lives in an environment of its own, because its Python backend hands models zeros under numpy 2, without any error.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import tritonclient.grpc

from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK, any_free
from haetae.errors import Misconfigured
from haetae.models import triton_watch

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_LIBPYTHON = f"libpython{_PYTHON}.so.1.0"


@dataclass(frozen=True, slots=True)
class TritonEnvironment:
    """Where the wheel and the libraries lie. Made by `find_environment`, which also tried them."""

    prefix: Path
    library_path: str

    @property
    def packages(self) -> Path:
        return _packages(self.prefix)

    @property
    def wheel(self) -> Path:
        return self.packages / "pytriton" / "tritonserver"

    def variables(self) -> dict[str, str]:
        """The environment of the server; the backend's stub takes the Python that is first on PATH."""
        return {
            "LD_LIBRARY_PATH": self.library_path,
            "PYTHONPATH": str(self.packages),
            "PATH": f"{self.prefix / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "VIRTUAL_ENV": str(self.prefix),
            "OMP_NUM_THREADS": "1",
        }


class Triton:
    """`tritonserver` over gRPC on loopback. `folder` is the server's own; `repository` holds the models."""

    name = "triton"
    remark: str | None = None

    def __init__(self, environment: TritonEnvironment, folder: Path, repository: Path, port: int) -> None:
        self.port = port
        self._environment = environment
        self._backends = folder.resolve() / "backends"
        self._repository = repository.resolve()

    @property
    def address(self) -> str:
        """gRPC host:port."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """The backend's folder: the wheel keeps the stub that fits this Python elsewhere than where the server looks for it."""
        into = self._backends / "python"
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir(parents=True)
        wheel = self._environment.wheel
        for source in (*(wheel / "backends" / "python").iterdir(), *(wheel / "python_backend_stubs" / _PYTHON).iterdir()):
            (into / source.name).symlink_to(source)

    def command(self) -> Command:
        options = {
            "model-repository": self._repository,
            "backend-directory": self._backends,
            "allow-http": "false",
            "grpc-address": LOOPBACK,
            "grpc-port": self.port,
            "metrics-address": LOOPBACK,
            "metrics-port": any_free(),
            "exit-timeout-secs": 5,
            "log-format": "ISO8601",
        }
        program = self._environment.wheel / "bin" / "tritonserver"
        return Command(
            argv=[sys.executable, "-IS", triton_watch.__file__, str(program), *(f"--{k}={v}" for k, v in options.items())],
            env=self._environment.variables(),
            stop_within_s=12.0,
        )

    def not_ready(self) -> str | None:
        return server_not_ready(self.address)

    def hangs(self) -> bool:
        return server_not_live(self.address)

    def provision(self) -> None:
        """Nothing: the repository is laid out before the start."""


def server_not_ready(address: str, within_s: float = 1.0) -> str | None:
    """None when the KServe v2 server at `address` (gRPC host:port) says that it and all its models are ready."""
    try:
        with tritonclient.grpc.InferenceServerClient(address) as client:
            ready: bool = client.is_server_ready(client_timeout=within_s)
    except tritonclient.grpc.InferenceServerException as error:
        return error.message() or "no answer"
    return None if ready else "models are still loading"


def find_environment(prefix: Path | None = None) -> TritonEnvironment:
    """The environment, tried out. Raises Misconfigured that says what is missing and how to get it."""
    prefix = prefix or Path(os.environ.get("HAETAE_TRITON_ENVIRONMENT", Path(sys.prefix).parent / ".venv-triton")).resolve()
    packages = _packages(prefix)
    wheel = packages / "pytriton" / "tritonserver"
    if not (wheel / "bin" / "tritonserver").exists():
        raise Misconfigured(
            f"there is no tritonserver for {platform.machine()} here (`make install` fetches it where there is one)"
        )
    libraries = [str(packages / "nvidia_pytriton.libs"), *_folder_of_libpython()]
    environment = TritonEnvironment(prefix, os.pathsep.join(libraries))
    stub = wheel / "python_backend_stubs" / _PYTHON / "triton_python_backend_stub"
    if _loads(stub, environment) is not None:
        raise Misconfigured(
            f"{_LIBPYTHON} is missing, which Triton's Python backend needs (Debian: apt-get install libpython{_PYTHON}; "
            f"pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared): {_loads(stub, environment)}"
        )
    why = _loads(wheel / "bin" / "tritonserver", environment)
    if why is not None:
        raise Misconfigured(f"tritonserver does not run on this machine: {why}")
    return environment


def _packages(prefix: Path) -> Path:
    return prefix / "lib" / f"python{_PYTHON}" / "site-packages"


def _folder_of_libpython() -> list[str]:
    """Beside the interpreter; empty leaves the search to the system's loader."""
    folder = Path(sys.base_prefix) / "lib"
    return [str(folder)] if (folder / _LIBPYTHON).exists() else []


def _loads(program: Path, environment: TritonEnvironment) -> str | None:
    """None when the program's libraries are all found; else the loader's complaint."""
    try:
        said = subprocess.run(
            [str(program), "--help"], env={**os.environ, **environment.variables()}, capture_output=True, timeout=30, check=False
        )
    except OSError as error:
        return error.strerror
    return said.stderr.decode(errors="replace").strip() if said.returncode == 127 else None


def server_not_live(address: str, within_s: float = 3.0) -> bool:
    """True when the KServe v2 server at `address` answers nothing at all."""
    try:
        with tritonclient.grpc.InferenceServerClient(address) as client:
            client.is_server_live(client_timeout=within_s)
    except tritonclient.grpc.InferenceServerException:
        return True
    return False
