"""Networks offered to edge agents: a folder with a manifest that an agent polls, over HTTP or as a mounted share.

<folder>/manifest.json                       the newest version of each network (see Offer)
<folder>/<network>/<version>/<file>          what the manifest names; older versions stay for a way back
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.models.digest import digest_of

MANIFEST = "manifest.json"
_SCHEMA = 1
_KEPT = 3  # versions of a network


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """`path` is relative to the manifest; `sha256` is hexadecimal, of the whole file."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of a network. Versions count up from 1; `parameters` are what the runtime is given beside the file.

    `files` by what they are: "f32", "int8", "card".
    """

    name: str
    version: int
    task: str
    kind: str
    parameters: Mapping[str, Any]
    files: Mapping[str, OfferedFile]
    card: str  # Markdown
    created_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Offered:
    """What is to be offered. `weights` by precision: {"f32": ..., "int8": ...}."""

    name: str
    task: str
    kind: str
    parameters: Mapping[str, Any]
    weights: Mapping[str, Path]
    card: str


def offer(folder: Path, network: Offered) -> Offer:
    """Puts the network into the folder and, when every byte is there, into the manifest. The same bytes are not offered twice."""
    offers = {each.name: each for each in manifest(folder)}
    before = offers.get(network.name)
    digests = {precision: digest_of(file).partition(":")[2] for precision, file in network.weights.items()}
    if before is not None and {p: f.sha256 for p, f in before.files.items() if p != "card"} == digests:
        return before
    version = before.version + 1 if before else 1
    into = folder / network.name / str(version)
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    files = {}
    for precision, source in network.weights.items():
        file = into / f"{network.name}-{precision}.onnx"
        shutil.copyfile(source, file)
        files[precision] = _described(file, folder)
    (into / "card.md").write_text(network.card, encoding="utf-8")
    files["card"] = _described(into / "card.md", folder)
    made = Offer(
        network.name, version, network.task, network.kind, dict(network.parameters), files, network.card,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    _write(folder / MANIFEST, [*(each for name, each in offers.items() if name != network.name), made])
    for old in range(1, version - _KEPT + 1):
        shutil.rmtree(folder / network.name / str(old), ignore_errors=True)
    return made


def manifest(folder: Path) -> list[Offer]:
    """What is offered; nothing where there is no manifest yet. Raises Misconfigured where it is damaged."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [_offer(each) for each in content["networks"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured("The manifest of offered networks is damaged.", file=folder / MANIFEST) from error


def verified(folder: Path, offered: Offer) -> dict[str, Path]:
    """The files of an offer, by what they are, each as the manifest says. Raises Misconfigured, naming one that is not."""
    found = {}
    for what, each in offered.files.items():
        file = (folder / each.path).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise Misconfigured("The manifest names a file outside of its folder.", path=each.path)
        if not file.is_file() or digest_of(file) != f"sha256:{each.sha256}":
            raise Misconfigured(f"{each.path} is not the file that the manifest means.", network=offered.name)
        found[what] = file
    return found


def _offer(content: Mapping[str, Any]) -> Offer:
    files = {what: OfferedFile(**each) for what, each in content["files"].items()}
    return Offer(**{**content, "files": files})


def _described(file: Path, folder: Path) -> OfferedFile:
    return OfferedFile(file.relative_to(folder).as_posix(), digest_of(file).partition(":")[2], file.stat().st_size)


def _write(file: Path, offers: list[Offer]) -> None:
    """An agent reads the old manifest or the new one, never half of one."""
    fresh = file.with_name(f".{file.name}.new")
    content = {"schema": _SCHEMA, "networks": [asdict(each) for each in sorted(offers, key=lambda each: each.name)]}
    fresh.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    fresh.replace(file)
