"""How the tables of words are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

Entries = Iterator[tuple[str, object]]
"""Forms and what each means."""

Pattern = tuple[re.Pattern[str], Callable[[re.Match[str]], object]]
"""A pattern, and what a match of it means."""


def forms(text: str, meaning: object) -> Entries:
    """Each form of `text` (split at commas) with the meaning."""
    for form in text.split(","):
        yield form.strip(), meaning


def every(*tables: Iterable[tuple[str, object]]) -> list[tuple[str, object]]:
    """The tables one after the other."""
    return [entry for table in tables for entry in table]
