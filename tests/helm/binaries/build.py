"""Builds the programs of a Kubernetes under test and fetches the files that go with them: `python3 -m tests.helm.binaries.build`.

Needs Go, and nothing that is not in Python's own library. What is there already is not built again; every step has a limit, and
one that fails ends the whole with Go's own words.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from tests.helm.binaries.programs import FILES, HERE, PROGRAMS, Files, Program, folder, missing, path_of

OLDEST_GO = (1, 26)
STEP_WITHIN_S = 40 * 60
_ENVIRONMENT = {
    "CGO_ENABLED": "0",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    "GOFLAGS": "-buildvcs=false -trimpath -modcacherw",
}


class BuildFailed(Exception):
    """A step that did not come to its end; the text says which, and what was said."""


def go(module: str, *arguments: str) -> str:
    """What `go` printed, run at low priority in the folder of that module. Raises BuildFailed."""
    try:
        done = subprocess.run(
            ["nice", "-n", "10", "go", *arguments],
            cwd=HERE / module,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=STEP_WITHIN_S,
            check=True,
        )
    except subprocess.TimeoutExpired as late:
        raise BuildFailed(f"go {arguments[0]} in {module}: not done within {STEP_WITHIN_S} s") from late
    except subprocess.CalledProcessError as failed:
        raise BuildFailed(f"go {' '.join(arguments)} in {module} ended with {failed.returncode}:\n{failed.stderr}") from failed
    return done.stdout


def check_go() -> None:
    """Raises BuildFailed where there is no Go, or one that is too old for the sources."""
    wanted = ".".join(map(str, OLDEST_GO))
    if shutil.which("go") is None:
        raise BuildFailed(f"no `go` here: Go {wanted} or newer builds the Kubernetes that the chart's tests need")
    version = go("helm", "env", "GOVERSION").strip().removeprefix("go")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GO:
        raise BuildFailed(f"Go {version} is too old: these sources need {wanted}")


def build(program: Program) -> None:
    """Builds one program; it appears under its name only once it is whole."""
    target = path_of(program.name)
    unfinished = target.with_suffix(f".{os.getpid()}")
    says = " ".join(f"-X {variable}={value}" for variable, value in program.says)
    go(program.module, "build", "-ldflags", f"-s -w {says}".strip(), "-o", str(unfinished), program.package)
    unfinished.replace(target)


def fetch(files: Files) -> None:
    """Copies the YAML files of one module; their folder appears only once it is whole."""
    pinned = json.loads(go(files.module, "mod", "edit", "-json"))["Require"]
    version = next(one["Version"] for one in pinned if one["Path"] == files.path)
    source = Path(json.loads(go(files.module, "mod", "download", "-json", f"{files.path}@{version}"))["Dir"])
    target = folder() / files.into
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    for one in files.folders:
        for found in sorted((source / one).glob("*.yaml")):
            copy = unfinished / found.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, copy)
    unfinished.replace(target)


def build_missing(*, node: bool) -> None:
    """Builds and fetches what is missing, saying how long each took. Raises BuildFailed."""
    names = set(missing(node=node))
    if not names:
        return
    check_go()
    (folder() / "bin").mkdir(parents=True, exist_ok=True)
    (folder() / "kinds").mkdir(exist_ok=True)
    begun = time.monotonic()
    for wanted in (*PROGRAMS, *FILES):
        name = wanted.name if isinstance(wanted, Program) else wanted.into
        if name not in names:
            continue
        if isinstance(wanted, Program):
            build(wanted)
        else:
            fetch(wanted)
        sys.stderr.write(f"[{time.monotonic() - begun:5.0f} s] {name}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is there, 1 with the reason where something could not be built."""
    parser = ArgumentParser(
        prog="python3 -m tests.helm.binaries.build", description="Builds the Kubernetes of the chart's tests."
    )
    parser.add_argument("--node", action="store_true", help="also what a node needs that really runs containers")
    parser.add_argument("--where", action="store_true", help="print the folder and do nothing")
    chosen = parser.parse_args(arguments)
    if not chosen.where:
        try:
            build_missing(node=chosen.node)
        except BuildFailed as why:
            sys.stderr.write(f"Kubernetes under test: {why}\n")
            return 1
    sys.stdout.write(f"{folder()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
