"""The chart, rendered by a real helm."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm.binaries.programs import path_of

Manifest = dict[str, Any]

CHART = Path(__file__).resolve().parents[3] / "deploy" / "helm" / "haetae"
PROFILES: Mapping[str, tuple[str, ...]] = {"small": ("small",), "city": ("city",), "airgapped": ("small", "airgapped")}
"""The values files of each profile, in order."""

KUBE_VERSION = "1.34.0"
EVERYTHING = ("keda.sh/v1alpha1", "monitoring.coreos.com/v1", "cert-manager.io/v1", "gateway.networking.k8s.io/v1")
"""Kinds of a cluster in which every operator runs that the chart knows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How helm ended and what it said."""

    code: int
    out: str
    said: str


@cache
def helm_binary() -> str:
    """The helm that was built for the tests, else one on PATH. Skips where there is none."""
    built = path_of("helm")
    found = str(built) if built.is_file() else shutil.which("helm")
    if found is None:
        pytest.skip("there is no helm: python -m tests.helm.binaries.build")
    return found


def helm(*arguments: str, stdin: str = "") -> Outcome:
    """Runs helm; nothing is raised where it fails."""
    done = subprocess.run([helm_binary(), *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def files_of(profile: Sequence[str]) -> list[str]:
    """Options that name the profile's files."""
    return [f"--values={CHART / f'values-{name}.yaml'}" for name in profile]


def try_render(
    values: Mapping[str, Any] | None = None,
    *,
    profile: Sequence[str] = (),
    kinds: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Outcome:
    """What `helm template` says to these values over those of the profile, in a cluster that knows `kinds`."""
    known = [f"--api-versions={kind}" for kind in kinds]
    common = ["haetae", str(CHART), "--namespace=haetae", f"--kube-version={KUBE_VERSION}"]
    return helm("template", *common, *files_of(profile), "--values=-", *known, *options, stdin=json.dumps(values or {}))


def render(
    values: Mapping[str, Any] | None = None,
    *,
    profile: Sequence[str] = (),
    kinds: Sequence[str] = (),
    options: Sequence[str] = (),
) -> list[Manifest]:
    """The manifests, hooks included. The test fails with helm's words where it refuses."""
    outcome = try_render(values, profile=profile, kinds=kinds, options=options)
    assert outcome.code == 0, outcome.said
    return [one for one in yaml.safe_load_all(outcome.out) if one]


def defaults() -> dict[str, Any]:
    """The chart's own values."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return loaded
