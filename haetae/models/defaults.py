"""Which network does what where nobody names one: what was pulled, in a fixed order, else what is built in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from haetae.models.installed import pulled_names
from haetae.models.networks import CATALOGUE
from haetae.models.spec import Task

PREFERRED: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {
        Task.DETECTION: ("rtmdet-nano", "retail-0013"),
        Task.EMBEDDING: ("reid-0288", "reid-0286"),
        Task.ATTRIBUTES: ("attributes-0230",),
        Task.POSE: ("movenet",),
    }
)
"""By task: networks that are taken once they were pulled, the first first."""


@dataclass(frozen=True, slots=True)
class NetworkNames:
    """The networks that the platform works with."""

    detector: str
    embedder: str
    attributes: str


def chosen(task: Task, models_folder: Path) -> str:
    """The network for the task: the first preferred one that was pulled, else the built-in one.

    The first preferred one, which is yet to be pulled, where none is built in.
    """
    pulled = pulled_names(models_folder)
    here = [name for name in PREFERRED[task] if name in pulled]
    built_in = [name for name, entry in CATALOGUE.items() if entry.built_in and entry.spec.task is task]
    return (here or built_in or list(PREFERRED[task]))[0]
