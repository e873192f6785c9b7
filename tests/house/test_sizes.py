"""Files stay small enough to be read in one go."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles

from tests.house.repository import ROOT, files, python_files

MAX_FILE_BYTES = 5_000_000


def too_long(lengths: Sequence[int]) -> list[str]:
    """What is wrong with files of these lengths (lines): median at most 120, 90th percentile 350, none over 500."""
    found = []
    if median(lengths) > 120:
        found.append(f"median is {median(lengths):.0f} lines")
    if len(lengths) > 1 and quantiles(lengths, n=10)[-1] > 350:
        found.append(f"90th percentile is {quantiles(lengths, n=10)[-1]:.0f} lines")
    if max(lengths) > 500:
        found.append(f"longest is {max(lengths)} lines")
    return found


def test_python_files_stay_short() -> None:
    """Hand-written Python files have a median of at most 120 lines, a 90th percentile of 350, and none has over 500."""
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in python_files()}
    longest = max(lengths, key=lambda path: lengths[path])
    assert too_long(list(lengths.values())) == [], f"the longest is {longest}"


def test_long_files_would_be_seen() -> None:
    """The rule on lengths sees a single long file and a tree of middling ones."""
    assert too_long([50] * 20 + [501]) == ["longest is 501 lines"]
    assert too_long([121] * 20) == ["median is 121 lines"]
    assert too_long([100] * 8 + [400] * 4) == ["90th percentile is 400 lines"]


def test_no_file_is_heavy() -> None:
    """No committed file is larger than 5 MB: networks and clips are fetched, never committed."""
    assert [str(path) for path in files() if (ROOT / path).stat().st_size > MAX_FILE_BYTES] == []
