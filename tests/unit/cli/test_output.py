"""Results on stdout, the rest on stderr."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest

from haetae.cli.output import as_json_text, emit, progress, say, table_of


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Seen:
    at: datetime
    colour: Colour
    where: Path
    vector: np.ndarray[tuple[int], np.dtype[np.float32]]


def test_domain_values_become_json() -> None:
    """Frozen dataclasses with times, enumerations, paths and arrays need no hand-written conversion."""
    seen = Seen(datetime(2026, 1, 2, tzinfo=UTC), Colour.RED, Path("a/b"), np.array([0.5, 1], np.float32))
    assert json.loads(as_json_text({"seen": [seen]})) == {
        "seen": [{"at": "2026-01-02T00:00:00+00:00", "colour": "red", "where": "a/b", "vector": [0.5, 1.0]}]
    }


def test_unknown_things_are_an_error() -> None:
    """An object without a JSON form is not silently turned into its repr."""
    with pytest.raises(TypeError, match="object"):
        as_json_text(object())


def test_json_is_one_line_in_a_pipe_and_remarks_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """`haetae ... --json | jq` works while progress is shown."""
    with progress("loading", total=2) as done:
        done(1)
    say("almost [there]")
    emit({"n": 1, "이름": "가"}, as_json=True, table=lambda: table_of("t", ["n"], [[1]]))
    out, err = capsys.readouterr()
    assert out == '{"n": 1, "이름": "가"}\n'
    assert "loading" in err
    assert "almost [there]" in err


def test_table_shows_cells_literally(capsys: pytest.CaptureFixture[str]) -> None:
    """A camera called "[red]" is shown as it is called; nothing is a dash."""
    emit({}, as_json=False, table=lambda: table_of("Cameras", ["name", "since"], [["[red]gate", None]]))
    out, _ = capsys.readouterr()
    assert "[red]gate" in out
    assert "-" in out
