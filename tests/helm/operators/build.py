"""Builds the operators: `python3 -m tests.helm.operators.build`. What is there already is not built again."""

from __future__ import annotations

import os
import sys
import time

from tests.helm.binaries.build import BuildFailed, check_go, go
from tests.helm.binaries.programs import Program
from tests.helm.operators.programs import HERE, PROGRAMS, missing, path_of


def build(program: Program) -> None:
    """Builds one program from what go.sum names; it appears under its name only once it is whole. Raises BuildFailed."""
    target = path_of(program.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    go(str(HERE / program.module), "build", "-ldflags", "-s -w", "-o", str(unfinished), program.package)
    unfinished.replace(target)


def main() -> int:
    """0 when everything is there, 1 with the reason where something could not be built."""
    begun = time.monotonic()
    try:
        for program in (one for one in PROGRAMS if one.name in missing()):
            check_go()
            build(program)
            sys.stderr.write(f"[{time.monotonic() - begun:5.0f} s] {program.name}\n")
    except BuildFailed as why:
        sys.stderr.write(f"Operators under test: {why}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
