"""What the trial runs is what the people who deploy are told."""

from __future__ import annotations

from pathlib import Path

from tests.helm.node.encryption import GIVEN

_DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "deploy.md"


def test_the_commands_are_the_documents() -> None:
    """Each command of the trial that makes certificates stands in docs/deploy.md, in its order, as a line of the same block."""
    told = [line.partition("  #")[0].strip() for line in _DOCUMENT.read_text(encoding="utf-8").splitlines()]
    commands = [line.strip() for line in GIVEN.strip().splitlines()]
    first = told.index(commands[0])
    assert told[first : first + len(commands)] == commands
