"""What networks there are: task, public source, digests, licence, input and output, and what to expect of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from haetae.errors import Misconfigured
from haetae.models.spec import NetworkSpec

ENGINES = ("onnxruntime", "openvino")
PRECISIONS = ("f32", "bf16")


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """One file of a network.

    `url` is its public address (None: only a mirror has it); `member` is its name inside the archive at that address. `digest`
    is "sha256:..." or "sha384:..." of the file itself; None where its publisher names none: the first pull then pins what came.
    """

    name: str
    url: str | None
    digest: str | None
    n_bytes: int | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class Flavour:
    """One form in which a network's weights exist. The first file is the one that an engine opens."""

    name: str  # "onnx", "ir", "tflite"
    files: tuple[NetworkFile, ...]
    engines: tuple[str, ...]

    @property
    def public(self) -> bool:
        """Whether every file has a public address."""
        return all(file.url for file in self.files)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One network. `flavours` are in order of preference; `parameters` go to the runtime as they are.

    `folder` is where the files and the card of a built-in network lie; None for those that are pulled.
    """

    name: str
    title: str
    kind: str
    spec: NetworkSpec
    licence: str
    homepage: str
    flavours: tuple[Flavour, ...]
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    folder: Path | None = None

    @property
    def built_in(self) -> bool:
        """Whether it is part of this program: never fetched, and always here."""
        return self.folder is not None

    @property
    def card(self) -> str:
        """What to expect of it, in Markdown."""
        if self.folder is not None:
            return (self.folder / f"{self.name}.md").read_text(encoding="utf-8")
        return files("haetae.models.cards").joinpath(f"{self.name}.md").read_text(encoding="utf-8")

    def flavour(self, name: str) -> Flavour:
        """The flavour of that name. Raises Misconfigured."""
        for flavour in self.flavours:
            if flavour.name == name:
                return flavour
        raise Misconfigured("The network does not come in this flavour.", network=self.name, flavour=name)
