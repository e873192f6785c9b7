"""`haetae images`: every container image of the chart, one a line, to be mirrored where there is no internet."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from haetae.cli.output import AsJson, emit
from haetae.errors import Misconfigured

FILE = "images.yaml"
_BESIDE = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "haetae"  # a checkout
_INSTALLED = Path(sys.prefix) / "share" / "haetae" / "chart"

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """One image as the chart asks for it."""

    name: str
    reference: str
    used_for: str


def register(app: typer.Typer) -> None:
    app.command("images", help="The container images of the chart, to be mirrored.")(images_command)


def images_command(
    values: Annotated[
        list[Path] | None, typer.Option("--values", help="A values file of the installation; later ones win.", dir_okay=False)
    ] = None,
    registry: Annotated[str | None, typer.Option("--registry", help="As image.registry of the values: the mirror.")] = None,
    chart: Annotated[Path | None, typer.Option("--chart", help="The chart's folder, where it is not the one beside.")] = None,
    as_json: AsJson = False,
) -> None:
    """All that the chart may use, also what the values turn off. Ends with 2 where a file cannot be read."""
    image: Tree = {}
    for file in values or ():
        image = _merged(image, (_tree(file).get("image") or {}))
    if registry is not None:
        image = {**image, "registry": registry}
    found = images(listed(chart), image.get("registry") or "", image.get("overrides") or {})
    if as_json:
        emit(found, as_json)
    else:
        sys.stdout.write("".join(f"{each.reference}\n" for each in found))


def images(entries: Sequence[Tree], registry: str, overrides: Mapping[str, Tree]) -> list[Image]:
    """What the chart's own template makes of its list and of the values. Raises Misconfigured where the list is damaged."""
    made = []
    for entry in entries:
        try:
            known = {**entry, **(overrides.get(entry["name"]) or {})}
            repository = _within(str(known["repository"]), registry)
            digest = f"@{known['digest']}" if known.get("digest") else ""
            made.append(Image(str(known["name"]), f"{repository}:{known['tag']}{digest}", str(known.get("used_for", ""))))
        except (KeyError, TypeError) as error:
            raise Misconfigured("The chart's list of images is damaged.", entry=entry) from error
    return made


def listed(chart: Path | None) -> list[Tree]:
    """What images.yaml of `chart` holds, else that of the checkout, else that which was installed. Raises Misconfigured."""
    folders = [chart] if chart is not None else [_BESIDE, _INSTALLED]
    for folder in folders:
        if (folder / FILE).is_file():
            entries = _read(folder / FILE)
            if isinstance(entries, list) and entries:
                return entries
            raise Misconfigured("The chart's list of images is damaged.", file=folder / FILE)
    raise Misconfigured(f"There is no {FILE} here: name the chart's folder by --chart.", looked_in=", ".join(map(str, folders)))


def _within(repository: str, registry: str) -> str:
    """`registry` in the place of the repository's own; the first part is a registry where it has a dot or a port."""
    if not registry:
        return repository
    first, slash, rest = repository.partition("/")
    return f"{registry.removesuffix('/')}/{rest if slash and ('.' in first or ':' in first) else repository}"


def _tree(file: Path) -> Tree:
    tree = _read(file)
    if tree is not None and not isinstance(tree, dict):
        raise Misconfigured("The values are not a mapping.", file=file)
    return tree or {}


def _read(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(f"The file cannot be read: {error}", file=file) from error


def _merged(below: Tree, above: Tree) -> Tree:
    """`above` over `below`, mapping by mapping."""
    both = {name for name in below.keys() & above.keys() if isinstance(below[name], dict) and isinstance(above[name], dict)}
    return {**below, **above, **{name: _merged(below[name], above[name]) for name in both}}
