"""What no file of the project contains: paths of one machine, package indexes, broad excepts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.repository import ROOT, files, python_files, text_of, tree_of

MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|home|Users|root)/[\w.-]+")
INDEX_ADDRESS = re.compile(r"--(?:extra-)?index-url|--find-links|(?:extra-)?index-url\s*=|https?://[^\s\"']*/simple\b")
BROAD_EXCEPT_ALLOWED = {"haetae/bus/consumer.py"}
THIS = Path("tests/house/test_contents.py")


def hits(pattern: re.Pattern[str], text: str) -> list[str]:
    """What of `text` the pattern finds."""
    return [match.group(0) for match in pattern.finditer(text)]


def broad_excepts(tree: ast.AST) -> list[int]:
    """The lines of excepts that catch everything."""
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    return [h.lineno for h in handlers if h.type is None or ast.unparse(h.type) in {"Exception", "BaseException"}]


def test_no_machine_and_no_index_is_named() -> None:
    """No file names an absolute path of one machine or the address of a package index."""
    found = {
        str(path): lines
        for path in files()
        if path != THIS and (lines := hits(MACHINE_PATH, text_of(path) or "") + hits(INDEX_ADDRESS, text_of(path) or ""))
    }
    assert found == {}


def test_paths_and_indexes_would_be_seen() -> None:
    """The patterns see real cases and leave URLs, relative paths and API routes alone."""
    assert hits(MACHINE_PATH, 'cd "/home/user/haetae"')
    assert not hits(MACHINE_PATH, "https://host/home/page ../shared/work/x /v1/cameras $HAETAE_HOME/home/x")
    assert hits(INDEX_ADDRESS, "--index-url https://mirror/simple")
    assert not hits(INDEX_ADDRESS, "a simple https://example.org/simplest page")


def test_only_the_consumer_catches_everything() -> None:
    """One broad except in the project: the consumer's, which turns it into leave-pending or a dead letter."""
    broad = {str(path): found for path in python_files("haetae", "services") if (found := broad_excepts(tree_of(path)))}
    assert set(broad) <= BROAD_EXCEPT_ALLOWED, broad
    assert broad_excepts(ast.parse("try:\n    x()\nexcept Exception:\n    pass")) == [3]


def test_every_test_states_its_rule() -> None:
    """Each test function has a docstring: the rule that it proves."""
    silent = [
        f"{path}: {node.name}"
        for path in python_files("tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_make_check_runs_every_gate() -> None:
    """`make check` runs the formatter, the linter, the types and the import contracts."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile[makefile.index("\ncheck:") :].split("\n\n")[0]
    assert [gate for gate in ("ruff check", "ruff format", "mypy", "lint-imports") if gate not in check] == []
