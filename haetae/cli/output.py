"""How every verb answers: results on stdout, as a table or as JSON; everything else (progress, remarks) on stderr."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
"""The type of every verb's `as_json` parameter: `def verb(as_json: AsJson = False)`."""


def emit(result: object, as_json: bool, table: Callable[[], RenderableType] | None = None) -> None:
    """Print the result on stdout: JSON (one line, indented on a terminal) or, for people, what `table` draws.

    `result` may hold dataclasses, pydantic models, enumerations, paths, times and numpy arrays.
    """
    if as_json or table is None:
        sys.stdout.write(as_json_text(result, indent=2 if sys.stdout.isatty() else None) + "\n")
        sys.stdout.flush()
    else:
        Console().print(table())


def as_json_text(result: object, indent: int | None = None) -> str:
    """Strict JSON: a NaN is an error (ValueError), not an extension of the format."""
    return json.dumps(result, ensure_ascii=False, default=_plain, indent=indent, allow_nan=False)


def say(message: str, style: str | None = None) -> None:
    """A remark on stderr; `message` is taken literally, `style` is rich's ("green", "bold red")."""
    _stderr().print(escape(message), style=style, soft_wrap=True, highlight=False)


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of plain cells; None shows as a dash. Cells are taken literally, but for those that are rich renderables."""
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    return drawn


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """A bar on stderr (a spinner when `total` is unknown). The block gets a function that takes how much is done so far.

    Where stderr is no terminal, the start and the end are one line each.
    """
    console = _stderr()
    if not console.is_terminal:
        say(f"{description} ...")
        yield lambda done: None
        say(f"{description}: done")
        return
    parts = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*parts, console=console, transient=True) as bar:
        task = bar.add_task(escape(description), total=total)
        yield lambda done: bar.update(task, completed=done)


def _stderr() -> Console:
    return Console(stderr=True)


def _cell(value: object) -> RenderableType:
    if value is None:
        return "-"
    if hasattr(value, "__rich__") or hasattr(value, "__rich_console__"):
        return value  # type: ignore[return-value]  # has just been seen to be one
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return escape(str(value))


def _plain(value: object) -> object:
    """What json.dumps does not know, as something it knows."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case Path():
            return str(value)
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
