"""How long a person takes from the picture to the gallery.

    python -m benchmarks.latency [--clip FILE] [--mirror FOLDER] [--cameras 4] [--seconds 140]

Writes the entry "latency" of benchmarks/results/<date>-<machine>.json, in seconds: from the arrival of a frame to the tracklet's
message that it caused, from a tracklet's message to its committed row, and both together. All on one machine and one clock.
The clip should be one in which people come and go.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.measuring import figures
from benchmarks.measuring.streams import Seen, StreamWatcher
from benchmarks.ten_cameras import other_load
from haetae.bus.topics import SIGHTINGS, TRACKLETS
from haetae.embedded.ports import any_free
from haetae.embedded.service import Listener
from haetae.wire import sighting as sighting_wire
from haetae.wire import tracklet as tracklet_wire
from tests.kit.stack import whole_stack
from tests.kit.waiting import until

WARM_UP_S = 10.0


def main() -> None:
    """Runs the stack, watches the bus, and states percentiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=Path("../shared/clips/one-by-one-person-detection.mp4"))
    parser.add_argument("--mirror", type=Path, default=Path("../shared/models"))
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=140.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load, seen = watched(Path(folder), options)
    about = {"n_cameras": options.cameras, "footage": options.clip.name, "sampled_hz": 5}
    found = {**about, "seconds": options.seconds, "load_of_the_machine_before": load, **latencies(seen)}
    print(found, file=sys.stderr)
    print(figures.write("latency", found), file=sys.stderr)


def watched(folder: Path, options: argparse.Namespace) -> tuple[float, list[Seen]]:
    """Every message of the tracklet and sighting streams of a running stack."""
    clips = folder / "clips"
    clips.mkdir()
    (clips / f"street{options.clip.suffix}").symlink_to(options.clip.resolve())
    port = any_free()
    words = ["haetae.simulator", f"--clips={clips}", f"--port={port}", f"--copies={options.cameras}"]
    with whole_stack(folder / "home", options.mirror, extra=[Listener("simulator", words, {}, port)]) as stack:
        names = ["street" if options.cameras == 1 else f"street-{n + 1}" for n in range(options.cameras)]
        stack.add_cameras({name: f"rtsp://127.0.0.1:{port}/{name}" for name in names})
        until(lambda: set(stack.camera_states().values()) == {"live"}, "all cameras are live", within_s=60)
        time.sleep(WARM_UP_S)
        load = other_load()
        watcher = StreamWatcher(stack.stack.environment()["HAETAE_REDIS__URL"], [TRACKLETS, SIGHTINGS])
        watcher.start()
        time.sleep(options.seconds)
        watcher.stop()
    return load, watcher.seen


def latencies(seen: Sequence[Seen]) -> dict[str, object]:
    """Percentiles in seconds. An update that a newer one replaced before its row was written counts with that one's row."""
    rows: dict[object, list[tuple[int, datetime]]] = {}
    for at, topic, payload in seen:
        if topic == SIGHTINGS:
            sighting = sighting_wire.from_bytes(payload)
            rows.setdefault(sighting.id, []).append((sighting.revision, at))
    to_update: list[float] = []
    to_row: list[float] = []
    closed_to_row: list[float] = []
    whole: list[float] = []
    for at, topic, payload in seen:
        if topic != TRACKLETS:
            continue
        tracklet = tracklet_wire.from_bytes(payload)
        if not tracklet.closed:
            to_update.append((at - tracklet.received_at).total_seconds())
        stored_at = min((at for revision, at in rows.get(tracklet.id, []) if revision >= tracklet.revision), default=None)
        if stored_at is None:
            continue  # the watch ended before
        (closed_to_row if tracklet.closed else to_row).append((stored_at - at).total_seconds())
        if not tracklet.closed:
            whole.append((stored_at - tracklet.received_at).total_seconds())
    return {
        "frame_to_tracklet_update_s": percentiles(to_update),
        "tracklet_update_to_searchable_s": percentiles(to_row),
        "frame_to_searchable_s": percentiles(whole),
        "tracklet_closed_to_searchable_s": percentiles(closed_to_row),
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """n, median, 95th percentile and largest."""
    if not values:
        return {"n": 0}
    p50, p95 = np.percentile(values, [50, 95])
    return {"n": len(values), "p50": round(float(p50), 3), "p95": round(float(p95), 3), "max": round(max(values), 3)}


if __name__ == "__main__":
    main()
