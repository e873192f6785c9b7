"""Makes `.venv` and `.venv-triton` in the checkout from the hash-pinned requirement files. Needs Python 3.11 and pip, no root.

`--training` adds what trains networks (PyTorch and its friends) to `.venv`.

A second run finds that nothing changed by the stamp (a hash of everything that decides the result) and ends at once.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "requirements"
WANTED = (3, 11)
LIBRARY = f"lib/python{WANTED[0]}.{WANTED[1]}/site-packages"


def main() -> None:
    if sys.version_info[:2] != WANTED:
        version = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Haetae needs Python 3.11; {sys.executable} is {version}. Name another one: make install PYTHON=/path/to/python3.11"
        )
    main_changed = outdated(ROOT / ".venv", [PINS / "bootstrap.txt", PINS / "dev.txt", ROOT / "pyproject.toml"])
    if main_changed:
        make_main(ROOT / ".venv")
        main_changed()
    triton_changed = outdated(ROOT / ".venv-triton", [PINS / "triton.txt"])
    if triton_changed:
        make_triton(ROOT / ".venv-triton")
        triton_changed()
    if "--training" in sys.argv[1:]:
        training_changed = outdated(ROOT / ".venv", [PINS / "training.txt"], stamp=".haetae-training-stamp")
        if training_changed or main_changed:
            add_training(ROOT / ".venv")
        if training_changed:
            training_changed()


class Outdated:
    """An environment that is not what the files say; call it when it has been made."""

    def __init__(self, stamp: Path, wanted: str) -> None:
        self._stamp = stamp
        self._wanted = wanted

    def __call__(self) -> None:
        self._stamp.write_text(self._wanted)


def outdated(environment: Path, files: Sequence[Path], stamp: str = ".haetae-stamp") -> Outdated | None:
    """None when the environment was made from exactly these files, by this script, with this Python, in this place."""
    digest = hashlib.sha256(f"{sys.base_prefix} {sys.version} {environment}".encode())
    for decisive in (Path(__file__), *files):
        digest.update(decisive.read_bytes())
    file = environment / stamp
    wanted = digest.hexdigest()
    return None if file.exists() and file.read_text() == wanted else Outdated(file, wanted)


def make_main(environment: Path) -> None:
    """Everything that runs and tests Haetae, and Haetae itself, editable."""
    began = time.monotonic()
    create(environment)
    uv = environment / "bin" / "uv"
    step(
        "fetching the installer", pip_of(environment, "install", "--quiet", "--require-hashes", "-r", str(PINS / "bootstrap.txt"))
    )
    step("installing the pinned packages", [str(uv), "pip", "install", "--python", str(environment / "bin" / "python"),
                                            "--require-hashes", "-r", str(PINS / "dev.txt")])  # fmt: skip
    step("installing haetae itself", [str(uv), "pip", "install", "--quiet", "--python", str(environment / "bin" / "python"),
                                      "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])  # fmt: skip
    say(f".venv is ready ({time.monotonic() - began:.0f} s)")


def add_training(environment: Path) -> None:
    """What trains networks, beside everything else."""
    began = time.monotonic()
    step("installing what trains networks (5 GB on disk)", [str(environment / "bin" / "uv"), "pip", "install", "--python",
         str(environment / "bin" / "python"), "--require-hashes", "-r", str(PINS / "training.txt")])  # fmt: skip
    say(f"training is ready ({time.monotonic() - began:.0f} s)")


def make_triton(environment: Path) -> None:
    """The Triton server with Python packages of its own. Without one for this machine, models are served otherwise."""
    began = time.monotonic()
    create(environment)
    install = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "install", "--python", str(environment / "bin" / "python"), "--no-deps",
               "--compile-bytecode", "--require-hashes", "-r", str(PINS / "triton.txt")]  # fmt: skip
    say("installing the Triton server (1 GB on disk) ...")
    if subprocess.run(install, stdout=sys.stderr, check=False).returncode != 0:
        say(
            "there is no Triton server for this machine, or it could not be fetched: the models will be served in process instead"
        )
        return
    say(f".venv-triton is ready ({time.monotonic() - began:.0f} s)")


def create(environment: Path) -> None:
    """An empty environment with this Python; one that is there with another Python is made anew."""
    same = (environment / LIBRARY).is_dir() and (environment / "bin" / "python").resolve() == Path(sys.executable).resolve()
    if not same:
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(environment)


def pip_of(environment: Path, *words: str) -> list[str]:
    """pip's command line for that environment: this Python's own pip if it has one, else ensurepip's."""
    has_pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    target = str(environment / "bin" / "python")
    if has_pip:
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", target, *words]
    if subprocess.run([target, "-m", "ensurepip", "--default-pip"], capture_output=True, check=False).returncode != 0:
        sys.exit(f"{sys.executable} has neither pip nor ensurepip (Debian: apt-get install python3-pip)")
    return [target, "-m", "pip", "--disable-pip-version-check", *words]


def step(what: str, command: Sequence[str]) -> None:
    """Runs it, showing its output on stderr; ends the whole installation with its exit code if it fails."""
    say(f"{what} ...")
    failed = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    if failed:
        sys.exit(f"{what} failed ({failed}): {' '.join(command)}")


def say(message: str) -> None:
    sys.stderr.write(f"[install] {message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
