"""The list of images: what the chart's template makes of its file and of the values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from haetae.cli.images import images, listed
from haetae.cli.main import application
from haetae.errors import Misconfigured

ENTRIES = [
    {"name": "service", "repository": "haetae/service", "tag": "1.0", "digest": "", "used_for": "services"},
    {"name": "redis", "repository": "docker.io/valkey/valkey", "tag": "8", "digest": "sha256:aa", "used_for": "the bus"},
    {"name": "near", "repository": "localhost:5000/near", "tag": "2"},
]


def references(registry: str = "", **overrides: dict[str, object]) -> list[str]:
    return [image.reference for image in images(ENTRIES, registry, overrides)]


def test_a_mirror_takes_the_place_of_each_registry() -> None:
    """A first part with a dot or a port is a registry and is replaced; a repository without one gets the mirror in front."""
    assert references() == ["haetae/service:1.0", "docker.io/valkey/valkey:8@sha256:aa", "localhost:5000/near:2"]
    mirrored = ["m.local/x/haetae/service:1.0", "m.local/x/valkey/valkey:8@sha256:aa", "m.local/x/near:2"]
    assert references("m.local/x") == references("m.local/x/") == mirrored


def test_values_say_otherwise_for_one_image() -> None:
    """What values give of an image wins; the rest stays as the chart has it."""
    changed = references(redis={"tag": "9", "digest": "sha256:bb"}, service={"repository": "ghcr.io/own/service"})
    assert changed[:2] == ["ghcr.io/own/service:1.0", "docker.io/valkey/valkey:9@sha256:bb"]


def test_the_charts_own_list_is_read() -> None:
    """All images that the chart is made of are there, each with what it is for."""
    entries = listed(None)
    assert {entry["name"] for entry in entries} >= {"service", "triton-cpu", "triton-gpu", "postgresql", "redis"}
    assert all(image.used_for for image in images(entries, "", {}))


def test_one_reference_a_line_with_values_of_several_files(tmp_path: Path) -> None:
    """Later files win, the option wins over all; with --json the purposes are told too."""
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("image: {registry: first.local, overrides: {redis: {tag: '1', digest: ''}}}\nreplicas: 2\n")
    second.write_text("image: {overrides: {redis: {tag: '2'}}}\n")
    words = ["images", "--values", str(first), "--values", str(second)]
    answer = CliRunner().invoke(application(words), words)
    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert all(line.startswith("first.local/") for line in lines)
    assert "first.local/valkey/valkey:2" in lines
    words += ["--registry", "second.local", "--json"]
    told = json.loads(CliRunner().invoke(application(words), words).stdout)
    assert [row["reference"].split("/")[0] for row in told] == ["second.local"] * len(lines)


def test_what_cannot_be_read_is_a_misconfiguration(tmp_path: Path) -> None:
    """No list, a list that is none, an entry without its parts: told, never an empty list."""
    with pytest.raises(Misconfigured, match="--chart"):
        listed(tmp_path)
    (tmp_path / "images.yaml").write_text("{}")
    with pytest.raises(Misconfigured, match="damaged"):
        listed(tmp_path)
    with pytest.raises(Misconfigured, match="damaged"):
        images([{"name": "service"}], "", {})
    (tmp_path / "images.yaml").write_text("a: [")
    with pytest.raises(Misconfigured, match="cannot be read"):
        listed(tmp_path)
