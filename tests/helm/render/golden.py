"""What each profile renders to, kept in golden/ so that changes are read: `python -m tests.helm.render.golden` writes it."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.helm.render.chart import EVERYTHING, PROFILES, Manifest, render

FOLDER = Path(__file__).resolve().parent / "golden"


def golden(profile: str) -> Path:
    """The profile's file."""
    return FOLDER / f"{profile}.yaml"


def rendered(profile: str) -> str:
    """The profile in a cluster where every operator runs, hooks included, ordered by kind and name, without comments."""
    manifests = render(profile=PROFILES[profile], kinds=EVERYTHING)
    return yaml.dump_all(sorted(map(_short, manifests), key=_order), Dumper=_Plain, sort_keys=True, width=130)


class _Plain(yaml.SafeDumper):
    """Writes everything out where it stands, without references."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _order(one: Manifest) -> tuple[str, str]:
    return one["kind"], one["metadata"]["name"]


def _short(one: Manifest) -> Manifest:
    """Without the texts that have files of their own: scripts and the dashboard."""
    if one["kind"] != "ConfigMap":
        return one
    return {**one, "data": {name: f"{len(text.splitlines())} lines" for name, text in one["data"].items()}}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in PROFILES:
        golden(each).write_text(rendered(each), encoding="utf-8")
