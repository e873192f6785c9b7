"""The files of the repository as the house tests see them: what git tracks and what it would track."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = "haetae/wire/v1/"
SERVICES = ("ingest", "detect", "reid", "alert", "search")


@cache
def files() -> tuple[Path, ...]:
    """Paths, relative to the root, of every file that belongs to the project. Skips where git does not know the tree."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout: the project's files cannot be told from others")
    return tuple(path for line in listing.stdout.splitlines() if (ROOT / (path := Path(line))).is_file())


def python_files(*below: str) -> tuple[Path, ...]:
    """The hand-written Python files below these folders (default: all)."""
    python = (path for path in files() if path.suffix == ".py" and not path.as_posix().startswith(GENERATED))
    return tuple(path for path in python if not below or path.parts[0] in below)


def text_of(path: Path) -> str | None:
    """The file's text; None where it is no UTF-8 text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))
