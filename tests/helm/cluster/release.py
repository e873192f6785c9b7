"""One release of the chart in one namespace, through helm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helm.cluster.kubernetes import Cluster, Object, Outcome, run

CHART = Path(__file__).resolve().parents[3] / "deploy" / "helm" / "haetae"
WITHIN = "120s"
_AT_LAST_S = 1800.0
"""Beyond what any caller allows helm by `--timeout`, and its taking back what failed."""


@dataclass(frozen=True, slots=True)
class Release:
    """What helm does with the release `name` of the chart in the folder `chart`."""

    cluster: Cluster
    namespace: str
    name: str = "haetae"
    chart: Path = CHART
    profile: tuple[str, ...] = ()  # the chart's own values-<name>.yaml, the last wins
    values: Mapping[str, Any] = field(default_factory=dict)

    def install(self, *options: str) -> None:
        """Installs and waits until all is ready; the test fails with helm's words where it does not get so far."""
        _well(self.try_install(*options))

    def try_install(self, *options: str, within: str = WITHIN) -> Outcome:
        """How an installation ended, well or not."""
        return self._with_values("install", self.values, "--wait", f"--timeout={within}", *options)

    def upgrade(self, values: Mapping[str, Any] | None = None, *options: str, within: str = WITHIN) -> Outcome:
        """How an upgrade to these values, put over those of the release, ended."""
        return self._with_values("upgrade", merged(self.values, values or {}), "--wait", f"--timeout={within}", *options)

    def rollback(self, revision: int = 0) -> None:
        """Back to that revision, or to the one before."""
        _well(self._helm("rollback", self.name, *([str(revision)] if revision else []), "--wait", f"--timeout={WITHIN}"))

    def uninstall(self) -> None:
        """Takes the release away and waits until its objects are gone."""
        _well(self._helm("uninstall", self.name, "--wait", f"--timeout={WITHIN}"))

    def test(self) -> None:
        """Runs the release's tests."""
        _well(self._helm("test", self.name, f"--timeout={WITHIN}"))

    def check_strictly(self) -> None:
        """Fails where a manifest of the deployed revision, a hook's too, has a field or value that the server does not know."""
        manifests = _well(self._helm("get", "manifest", self.name)) + _well(self._helm("get", "hooks", self.name))
        strict = ["--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "--warnings-as-errors"]
        _well(self.cluster.try_kubectl("apply", f"--namespace={self.namespace}", *strict, "-f", "-", stdin=manifests))

    def history(self) -> list[Object]:
        """Revisions with their status, oldest first."""
        found: list[Object] = json.loads(_well(self._helm("history", self.name, "--output=json")))
        return found

    def _with_values(self, verb: str, values: Mapping[str, Any], *options: str) -> Outcome:
        given = [*(f"--values={self.chart / f'values-{name}.yaml'}" for name in self.profile), "--values=-"]
        return self._helm(verb, self.name, str(self.chart), *given, *options, stdin=json.dumps(values))

    def _helm(self, verb: str, *arguments: str, stdin: str = "") -> Outcome:
        where = [f"--kubeconfig={self.cluster.kubeconfig}", f"--namespace={self.namespace}"]
        return run("helm", verb, *arguments, *where, stdin=stdin, within_s=_AT_LAST_S)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both mappings as one; where both have a mapping, these are merged too, else `over` wins."""
    both = dict(under)
    for key, value in over.items():
        below = both.get(key)
        both[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return both


def _well(outcome: Outcome) -> str:
    assert outcome.code == 0, outcome.said
    return outcome.out
