"""Words that several of `haetae evaluate`'s commands understand, and how all of them show figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from haetae.cli.output import table_of
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured

DEFAULT_INPUT = "640x384"

Networks = Annotated[list[str], typer.Option("--network", help="A network of `haetae models list`. Again for more.")]
Models = Annotated[
    Path | None, typer.Option("--folder", help="Models folder [default: $HAETAE_MODELS__FOLDER or .haetae/models].")
]
InputSize = Annotated[str, typer.Option("--input", help="Input of detectors that take any size.")]
Threshold = Annotated[float, typer.Option("--threshold", min=0.0, max=1.0, help="Score from which a box counts.")]
Data = Annotated[Path, typer.Option("--data", help="The folder of the data set.")]


def side_by_side(title: str, columns: Mapping[str, Mapping[str, object]]) -> Table:
    """A row a figure, a column a network."""
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    return table_of(title, ("", *columns), [(name, *(figures.get(name) for figures in columns.values())) for name in names])


def size_of(words: str) -> ImageSize:
    """ "640x384" as a size. Raises Misconfigured."""
    width, times, height = words.partition("x")
    if not times or not width.isdigit() or not height.isdigit() or not int(width) * int(height):
        raise Misconfigured(f"A size is written like 640x384, not '{words}'.")
    return ImageSize(width=int(width), height=int(height))
