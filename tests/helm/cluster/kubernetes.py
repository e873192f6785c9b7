"""One cluster, asked and changed through kubectl."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helm.binaries.programs import path_of

Object = dict[str, Any]
"""One object of the API, as JSON."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    said: str  # standard error


def run(program: str, *arguments: str, stdin: str = "", within_s: float = 240.0) -> Outcome:
    """The outcome of one of the programs. Raises subprocess.TimeoutExpired when it takes longer."""
    done = subprocess.run(
        [str(path_of(program)), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


class Cluster:
    """A running cluster."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig

    def try_kubectl(self, *arguments: str, stdin: str = "") -> Outcome:
        """How `kubectl` ended, well or not."""
        return run("kubectl", f"--kubeconfig={self.kubeconfig}", *arguments, stdin=stdin)

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What `kubectl` printed; the test fails with its words where it fails."""
        outcome = self.try_kubectl(*arguments, stdin=stdin)
        assert outcome.code == 0, f"kubectl {' '.join(arguments)}: {outcome.said}"
        return outcome.out

    def apply(self, *objects: Object) -> None:
        """Creates or changes these objects."""
        self.kubectl(
            "apply", "--server-side", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        )

    def objects(self, kind: str, namespace: str | None = None, *, selector: str = "") -> list[Object]:
        """The objects of that kind, ordered by name; `namespace`: None for those without and for all."""
        where = ["--all-namespaces"] if namespace is None else [f"--namespace={namespace}"]
        found: list[Object] = json.loads(self.kubectl("get", kind, *where, f"--selector={selector}", "--output=json"))["items"]
        return sorted(found, key=lambda one: str(one["metadata"]["name"]))

    def names(self, kind: str, namespace: str, *, selector: str = "") -> set[str]:
        """The names of the objects of that kind."""
        return {str(one["metadata"]["name"]) for one in self.objects(kind, namespace, selector=selector)}

    def knows(self, kind: str) -> bool:
        """Whether the API server serves that kind (its plural with the group)."""
        return self.try_kubectl("get", kind, "--all-namespaces").code == 0
