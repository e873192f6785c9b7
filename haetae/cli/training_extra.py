"""The verbs of training are there always; what they need only where it was installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from haetae.errors import Misconfigured

_BROUGHT = ("torch", "onnx", "matplotlib", "optuna", "trackeval", "pycocotools")

Settings = Annotated[
    list[str] | None, typer.Option("--set", help="A parameter of the recipe: --set optimisation.steps=100. Again for more.")
]
Device = Annotated[str | None, typer.Option("--device", help="cpu, cuda, cuda:1 ... [default: a GPU where there is one].")]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes that make batches.")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the network on the CPU.")]


@contextmanager
def training_installed() -> Iterator[None]:
    """Around everything that imports haetae.training. Raises Misconfigured, saying what to do, where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] in _BROUGHT:
            raise Misconfigured(f"Training needs {error.name}, which is not installed: run `make install-training`.") from error
        raise
