"""Expand, then contract: while pods are replaced one by one, old programs work on the new schema."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

VERSIONS = Path(__file__).resolve().parents[2] / "haetae" / "store" / "migrations" / "versions"
TAKES_AWAY = re.compile(r"\b(?:DROP|RENAME|TRUNCATE)\b|SET\s+NOT\s+NULL|ALTER\s+COLUMN|drop_|rename_|alter_column", re.IGNORECASE)
CONTRACTS: frozenset[str] = frozenset()
"""Revisions that may take away what no program of the version before uses any more; each says so in its docstring."""


def upgrade_of(source: str) -> str:
    """The text of all that a revision does but to take itself back, without comments and docstrings."""
    tree = ast.parse(source)
    kept = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
    return "\n".join(ast.unparse(node) for node in kept if not isinstance(node, ast.Expr))


@pytest.mark.parametrize("file", sorted(VERSIONS.glob("0*.py"))[1:], ids=lambda file: file.stem)  # before the first was nothing
def test_a_revision_takes_nothing_away(file: Path) -> None:
    """Its upgrade drops, renames and tightens nothing that an older program may use."""
    text = upgrade_of(file.read_text(encoding="utf-8"))
    assert text
    if file.stem not in CONTRACTS:
        assert TAKES_AWAY.findall(text) == []


def test_what_takes_away_is_seen() -> None:
    """The patterns find what they are for, and pass what only adds."""
    for taking in (
        "op.drop_column('a', 'b')",
        "ALTER TABLE a RENAME TO b",
        "ALTER TABLE a ALTER COLUMN b TYPE int",
        "DROP TABLE a",
    ):
        assert TAKES_AWAY.search(taking)
    assert not TAKES_AWAY.search("ALTER TABLE a ADD COLUMN b int; CREATE INDEX dropped_on ON a (b)")
