"""The command line's skeleton."""

from __future__ import annotations

import subprocess
import sys

from typer.testing import CliRunner

from haetae.cli.main import VERBS, application


def test_help_lists_every_verb() -> None:
    """Whoever asks for help sees every verb with what it does."""
    answer = CliRunner().invoke(application(["--help"]), ["--help"])
    assert answer.exit_code == 0
    assert all(name in answer.output for name in VERBS)


def test_help_loads_no_verb() -> None:
    """Help is quick: it imports none of the rooms."""
    code = """
import sys
from haetae.cli.main import application
application(["--help"])
print({"numpy", "sqlalchemy", "cv2", "onnxruntime", "fastapi", "haetae.embedded"} & set(sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_unknown_verb_is_wrong_use() -> None:
    """A misspelt verb ends with 2 and is named."""
    answer = CliRunner().invoke(application(["serach"]), ["serach"])
    assert answer.exit_code == 2
    assert "serach" in answer.output
