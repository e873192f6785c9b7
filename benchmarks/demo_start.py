"""How long a new user waits: from a clean clone to the first search answer, packages cached.

    python -m benchmarks.demo_start [--clips FOLDER] [--mirror FOLDER]

Clones the committed state into a temporary folder, runs `make install` and `make demo ARGS="--check --clips FOLDER"` there, and
writes the entry "demo_start" of benchmarks/results/<date>-<machine>.json, in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import figures

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared" / "clips")
    parser.add_argument("--mirror", type=Path, default=ROOT.parent / "shared" / "models")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="haetae-clone-") as folder:
        found = measure(Path(folder) / "haetae", options.clips.resolve(), options.mirror.resolve())
    print(found, file=sys.stderr)
    print(figures.write("demo_start", found), file=sys.stderr)
    sys.exit(0 if found["passed"] else 1)


def measure(clone: Path, clips: Path, mirror: Path) -> dict[str, object]:
    """Seconds of each stretch. `first_answer_s` counts from the clean clone."""
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "HAETAE_HOME")}
    env["HAETAE_MODELS__MIRROR"] = str(mirror)
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    began = time.time()
    subprocess.run(["make", "install"], cwd=clone, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    installed = time.time()
    words = ["make", "demo", f"ARGS=--check --clips {clips}"]
    demo = subprocess.run(words, cwd=clone, env=env, capture_output=True, text=True, check=False)
    if not demo.stdout.strip():
        sys.exit(f"the demo ended with {demo.returncode}: {demo.stderr[-2000:]}")
    summary = json.loads(demo.stdout.splitlines()[-1])
    started = summary["began_at"] - began
    return {
        "passed": summary["passed"],
        "install_s": round(installed - began, 1),
        "all_ready_s": round(started + summary["seconds"]["ready"], 1),
        "first_answer_s": round(started + summary["seconds"]["first_answer"], 1),
        "person_found_s": round(started + summary["seconds"]["person_found"], 1),
        "whole_check_s": round(time.time() - began, 1),
        "counts": summary["counts"],
    }


if __name__ == "__main__":
    main()
