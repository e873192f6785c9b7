"""Which programs these tests need beside the control plane's, and the folder where they lie once `build` has run.

The sources are Go modules, pinned by the go.mod and go.sum of the folders beside this file, at the versions whose definitions
of kinds `tests.helm.binaries` fetches. The folder's name holds a hash of them.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from tests.helm.binaries.programs import Program

HERE = Path(__file__).resolve().parent
ASKED_FOR = os.environ.get("HAETAE_OPERATORS") == "required"
"""Whether these tests shall run: `make helm-operators` says so, nobody else, for the programs take long to build."""

_KEDA = "github.com/kedacore/keda/v2/cmd"
PROGRAMS = (
    Program("cert-manager-controllers", "cert-manager", "."),
    Program("keda-operator", "keda", f"{_KEDA}/operator"),
    Program("keda-metrics-apiserver", "keda", f"{_KEDA}/adapter"),
)


@cache
def folder() -> Path:
    """Where the programs lie: below `HAETAE_KUBERNETES`, by default the user's cache, in a folder named after the sources."""
    digest = hashlib.sha256(repr(PROGRAMS).encode())
    for file in sorted(file for pattern in ("*/go.*", "*/*.go") for file in HERE.glob(pattern)):
        digest.update(file.relative_to(HERE).as_posix().encode() + b"\0" + file.read_bytes())
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parent = Path(os.environ.get("HAETAE_KUBERNETES") or cache_home / "haetae" / "kubernetes")
    return parent / f"operators-{digest.hexdigest()[:16]}"


def path_of(program: str) -> Path:
    """The file of that program, whether it is there or not."""
    return folder() / "bin" / program


def missing() -> list[str]:
    """What has to be built still."""
    return [one.name for one in PROGRAMS if not path_of(one.name).is_file()]
