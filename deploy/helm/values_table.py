"""`python deploy/helm/values_table.py`: writes the table of values into the chart's README, from the comments of values.yaml.

A comment that begins with `# --` describes the key below it; following comment lines go on with it. `--check` writes nothing and
ends with 1 where the table is not that of today.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).resolve().parent / "haetae"
BEGIN, END = "<!-- values: begin -->", "<!-- values: end -->"
_KEY = re.compile(r"^(?P<indent> *)(?P<name>[A-Za-z][\w-]*):(?P<rest>.*)$")
_SAME_EVERYWHERE = {
    "replicas": "Pods, where they are not scaled.",
    "autoscaling.min": "The fewest pods.",
    "autoscaling.max": "The most pods.",
    "autoscaling.cpu": "Percent of the requested processor time, where that is the measure.",
    "resources.requests": "What each pod is sure to get.",
    "resources.limits": "What each pod gets at most.",
    "nodeSelector": "Instead of `pods.nodeSelector`.",
    "tolerations": "Instead of `pods.tolerations`.",
    "storage": "Of its volume: size and storage class (empty: the cluster's default).",
    "port": "Its port, for the NetworkPolicy.",
    "keys": "Keys of the Secret.",
}
"""What needs no comment of its own: the endings of keys that mean the same wherever they stand."""

_NESTED = re.compile(r"^\s*(#.*)?$")


def described(text: str) -> Iterator[tuple[str, str, bool]]:
    """(dotted key, what its comment says, whether keys are below it in lines of their own), in order."""
    stack: list[tuple[int, str]] = []
    comment: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# --"):
            comment = [stripped.removeprefix("# --").strip()]
        elif stripped.startswith("#") and comment:
            comment.append(stripped.removeprefix("#").strip())
        elif (found := _KEY.match(line)) is not None:
            indent = len(found["indent"])
            stack = [(at, name) for at, name in stack if at < indent]
            stack.append((indent, found["name"]))
            yield ".".join(name for _, name in stack), " ".join(comment), bool(_NESTED.match(found["rest"]))
            comment = []
        elif not stripped:
            comment = []


def value_at(values: dict[str, Any], key: str) -> object:
    """The default of a dotted key."""
    found: Any = values
    for name in key.split("."):
        found = found[name]
    return found


def rows(text: str) -> list[tuple[str, str, str]]:
    """(key, default, meaning) of every value that is set as one: sections are left out, lists and small mappings are not."""
    values: dict[str, Any] = yaml.safe_load(text)
    found = []
    for key, meaning, is_nested in described(text):
        value = value_at(values, key)
        if is_nested and isinstance(value, dict):
            continue
        found.append((key, json.dumps(value, ensure_ascii=False), meaning or _usual(key)))
    return found


def _usual(key: str) -> str:
    return next((meaning for ending, meaning in _SAME_EVERYWHERE.items() if f".{key}".endswith(f".{ending}")), "")


def table(text: str) -> str:
    """The Markdown table."""
    lines = ["| value | default | |", "|---|---|---|"]
    for key, default, meaning in rows(text):
        cells = (f"`{key}`", f"`{default}`", meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def written(readme: str, values: str) -> str:
    """The README with the table of today between its marks."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table(values)}\n\n{END}{after}"


def main() -> int:
    file = CHART / "README.md"
    readme = file.read_text(encoding="utf-8")
    fresh = written(readme, (CHART / "values.yaml").read_text(encoding="utf-8"))
    if "--check" in sys.argv[1:]:
        return int(fresh != readme)
    file.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
