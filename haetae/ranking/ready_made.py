"""Kernels that were compiled when an image was built: a process started out of it does not wait for the compiler.

`python -m haetae.ranking.ready_made` compiles them into `folder()`; importing `haetae.ranking` uses them. They are compiled for a
family of processors rather than for the builder's own. numba keys what it keeps by processor and by the sources' content, so
what does not fit is compiled again, as anywhere else.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_FAMILIES = {"x86_64": "x86-64-v3", "aarch64": "generic"}
_NEEDED = {"x86-64-v3": ("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"), "generic": ()}  # by LLVM's names
_KEPT = "NUMBA_CACHE_DIR"


def folder() -> Path:
    """Where they lie, in the environment that runs."""
    return Path(sys.prefix, "share", "haetae", "kernels")


def family(machine: str, features: Mapping[str, bool]) -> str | None:
    """For which processors of that kind they are compiled; None where this one, with `features`, cannot run that."""
    name = _FAMILIES.get(machine)
    return name if name is not None and all(features.get(each) for each in _NEEDED[name]) else None


def adopt() -> bool:
    """Lays them where numba keeps what it compiles (`NUMBA_CACHE_DIR`, writable), and names the family to numba. To be called
    before numba is imported; False, and nothing changed, where there are none, or none that run here."""
    made, kept = folder(), os.environ.get(_KEPT)
    if not made.is_dir() or kept is None or "numba" in sys.modules:
        return False
    name = _family_here()
    if name is None:
        return False
    os.environ.update(_environment(name))
    for each in made.rglob("*"):
        if each.is_file():
            _lay(each, Path(kept, each.relative_to(made)))
    return True


def _lay(made: Path, kept: Path) -> None:
    """In one step: other processes may be doing the same."""
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    under_way = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copyfile(made, under_way)
    under_way.replace(kept)


def _family_here() -> str | None:
    from llvmlite import binding  # here: whoever has none ready does not wait for it

    return family(platform.machine(), binding.get_host_cpu_features())


def _environment(name: str) -> dict[str, str]:
    return {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": ""}


def main() -> None:
    """Compiles all kernels into `folder()`. Ends with 1 where this processor is not of the family."""
    name = _family_here()
    if name is None:
        sys.exit(f"Kernels are compiled ahead on {' and '.join(_FAMILIES.values())}: this processor is neither.")
    environment = {**os.environ, **_environment(name), _KEPT: str(folder())}
    subprocess.run(
        [sys.executable, "-c", "from haetae.ranking.warm_up import warm_up; warm_up()"], env=environment, check=True, timeout=900
    )


if __name__ == "__main__":
    main()
