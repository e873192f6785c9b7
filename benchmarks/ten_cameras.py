"""What ten cameras of 720p15 cost, through all services: cores, memory, and where the time goes.

    python -m benchmarks.ten_cameras [--clip FILE] [--mirror FOLDER] [--seconds 60]

Writes the entry "ten_cameras" of benchmarks/results/<date>-<machine>.json. "busy": people move all the time; "quiet": they move
20 % of the time. Cameras are live RTSP streams of our own simulator, whose cost is stated beside and not in the sum.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.measuring import figures
from benchmarks.measuring.footage import street_clip
from benchmarks.measuring.processes import Use, measured
from haetae.domain.frame import DropReason
from haetae.embedded.ports import any_free
from haetae.embedded.service import Listener
from tests.kit.stack import WholeStack, whole_stack
from tests.kit.waiting import until

N_CAMERAS = 10
MOVING_SHARE = {"busy": 1.0, "quiet": 0.2}
WARM_UP_S = 20.0
MISSED = tuple(reason for reason in DropReason if reason not in (DropReason.NOT_SAMPLED, DropReason.NO_MOTION))
NOT_OURS = {"simulator", "measuring"}


def main() -> None:
    """Measures each variant in a new stack of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=Path("../shared/clips/bodypose.mp4"))
    parser.add_argument("--mirror", type=Path, default=Path("../shared/models"))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--variants", nargs="+", choices=sorted(MOVING_SHARE), default=sorted(MOVING_SHARE))
    options = parser.parse_args()
    found = {}
    for variant in options.variants:
        with tempfile.TemporaryDirectory() as folder:
            found[variant] = measure(Path(folder), variant, options)
        print(table(variant, found[variant]), file=sys.stderr)
    about = {"n_cameras": N_CAMERAS, "footage": options.clip.name, "size": "1280x720", "rate_hz": 15, "sampled_hz": 5}
    print(figures.write("ten_cameras", {**about, "seconds": options.seconds, **found}), file=sys.stderr)


def measure(folder: Path, variant: str, options: argparse.Namespace) -> dict[str, object]:
    """One variant: figures by process name, their sum, and what became of the frames."""
    clips = folder / "clips"
    clips.mkdir()
    street_clip(options.clip, clips / f"{variant}.mp4", moving_share=MOVING_SHARE[variant])
    port = any_free()
    words = ["haetae.simulator", f"--clips={clips}", f"--port={port}", f"--copies={N_CAMERAS}"]
    simulator = Listener("simulator", words, {}, port)
    with whole_stack(folder / "home", options.mirror, extra=[simulator]) as stack:
        names = [f"{variant}-{n + 1}" for n in range(N_CAMERAS)]
        stack.add_cameras({name: f"rtsp://127.0.0.1:{port}/{name}" for name in names})
        until(lambda: set(stack.camera_states().values()) == {"live"}, "all cameras are live", within_s=60)
        time.sleep(WARM_UP_S)
        began_at, others = datetime.now(UTC), other_load()
        uses = measured(os.getpid(), options.seconds)
        frames = fates(stack, names, began_at, datetime.now(UTC))
    ours = {name: use for name, use in uses.items() if name not in NOT_OURS}
    return {
        "cores": round(sum(use.cores for use in ours.values()), 3),
        "rss_mib": round(sum(use.rss_mib for use in ours.values())),
        "by_process": {name: rounded(use) for name, use in sorted(uses.items())},
        "frames": frames,
        "share_of_samples_looked_at": looked_at(frames),
        "load_of_the_machine_before": others,
    }


def fates(stack: WholeStack, cameras: list[str], began_at: datetime, ended_at: datetime) -> dict[str, int]:
    """What became of the frames of the whole minutes around the measurement, from the ledger."""
    total: Counter[str] = Counter()
    with stack.api() as api:
        for camera in cameras:
            window = {"from": (began_at - timedelta(minutes=1)).isoformat(), "to": ended_at.isoformat()}
            for minute in api.get(f"/v1/cameras/{camera}/ledger", params=window).raise_for_status().json()["minutes"]:
                total.update({"received": minute["received"], "processed": minute["processed"], **minute["dropped"]})
    return dict(total)


def looked_at(frames: dict[str, int]) -> float:
    """Of the frames that should have been looked at, the share that was: below 0.98 the machine was too busy for the figures."""
    missed = sum(frames.get(reason, 0) for reason in MISSED)
    return round(frames["processed"] / max(1, frames["processed"] + missed), 3)


def other_load() -> float:
    """The machine's load average over the last minute: figures of a machine that is busy with other work are worth less."""
    return round(psutil.getloadavg()[0], 2)


def rounded(use: Use) -> dict[str, float]:
    return {name: round(value, 3) for name, value in asdict(use).items()}


def table(variant: str, found: dict[str, object]) -> str:
    """The figures for people."""
    share = found["share_of_samples_looked_at"]
    lines = [f"{variant}: {found['cores']} cores, {found['rss_mib']} MiB; {share:.0%} of the samples looked at"]
    by_process = found["by_process"]
    assert isinstance(by_process, dict)
    for name, use in sorted(by_process.items(), key=lambda item: -item[1]["cores"]):
        lines.append(f"  {name:12} {use['cores']:6.3f} cores {use['rss_mib']:8.0f} MiB {use['n_processes']:3} processes")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
