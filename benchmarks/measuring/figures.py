"""Where measured figures go: one JSON file a day and machine, one entry a question."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "results"


def machine() -> str:
    """The processor's model and the number of cores that this process may use, as a slug such as "xeon-8375c-2c"."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
        name = models[0] if models else name
    words = re.sub(r"\((?:R|TM)\)|@.*|\bCPU\b|\bProcessor\b|\bIntel\b", " ", name, flags=re.IGNORECASE)
    slug = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    return f"{slug}-{len(os.sched_getaffinity(0))}c"


def write(question: str, figures: Mapping[str, object]) -> Path:
    """Puts the figures of one question into today's file of this machine, beside those of the other questions."""
    now = datetime.now(UTC)
    path = _today(now)
    entry = {**figures, "measured_at": now.isoformat(timespec="seconds"), "commit": commit()}
    RESULTS.mkdir(exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another question may be measured at the same time
        file.seek(0)
        text = file.read()
        known = {**json.loads(text or "{}"), question: entry}
        file.truncate(0)
        file.write(json.dumps(known, indent=1, sort_keys=True) + "\n")
    return path


def known(question: str) -> dict[str, object]:
    """What was measured for a question on the last day that it was asked on this machine; nothing where it never was."""
    for path in sorted(RESULTS.glob(f"*-{machine()}.json"), reverse=True):
        entries = json.loads(path.read_text(encoding="utf-8"))
        if question in entries:
            return dict(entries[question])
    return {}


def known_today(question: str) -> dict[str, object]:
    """What was measured for a question today on this machine; nothing where it was not asked."""
    path = _today(datetime.now(UTC))
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict(entries.get(question, {}))


def _today(now: datetime) -> Path:
    return RESULTS / f"{now:%Y-%m-%d}-{machine()}.json"


def commit() -> str:
    """The commit that is measured, as git shows it."""
    shown = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or "unknown"
