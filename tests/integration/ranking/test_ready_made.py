"""What an image's build compiles is what a process started out of the image runs, without compiling anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from llvmlite import binding

from haetae.ranking.ready_made import family

_IN_IMAGE = "import sys; sys.prefix = sys.argv[1]; from haetae.ranking import ready_made; "
_BUILD = _IN_IMAGE + "ready_made.main()"
_START = (
    _IN_IMAGE
    + """
import json, pkgutil, importlib, haetae.ranking
from numba.core.dispatcher import Dispatcher
from haetae.ranking.warm_up import warm_up
warm_up()
modules = [importlib.import_module(f"haetae.ranking.{each.name}") for each in pkgutil.iter_modules(haetae.ranking.__path__)]
kernels = [kernel for module in modules for kernel in vars(module).values() if isinstance(kernel, Dispatcher)]
print(json.dumps([sum(sum(getattr(kernel.stats, of).values()) for kernel in kernels) for of in ("cache_hits", "cache_misses")]))
"""
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment's folder, as an image's build leaves it."""
    if family(os.uname().machine, binding.get_host_cpu_features()) is None:
        pytest.skip("this processor is of no family that kernels are compiled ahead for")
    prefix = tmp_path_factory.mktemp("image")
    python(_BUILD, prefix, prefix / "unused")
    return prefix


def python(code: str, prefix: Path, kept: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kept)}
    return subprocess.run(
        [sys.executable, "-c", code, str(prefix)], env=environment, check=True, capture_output=True, text=True, timeout=600
    ).stdout


def test_nothing_is_compiled_at_a_start(image: Path, tmp_path: Path) -> None:
    """The image's folder may be read-only: what lies there is laid where numba keeps what it compiles, and all of it is found."""
    found, compiled = json.loads(python(_START, image, tmp_path / "kept"))
    assert compiled == 0
    assert found > 10


def test_what_was_kept_stays(image: Path, tmp_path: Path) -> None:
    """A second start in the same container finds what the first laid there, and writes nothing."""
    kept = tmp_path / "kept"
    python(_START, image, kept)
    before = {each: each.stat().st_mtime_ns for each in kept.rglob("*.nb?")}
    found, compiled = json.loads(python(_START, image, kept))
    assert (compiled, {each: each.stat().st_mtime_ns for each in kept.rglob("*.nb?")}) == (0, before)
    assert found > 10
