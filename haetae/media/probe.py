"""Tries a camera out: opens it, waits for its first pictures, and says what it found, in a process that can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from haetae.domain.camera import Camera, Credentials
from haetae.errors import Refused
from haetae.media.picture import Picture
from haetae.media.source import Site, open_source
from haetae.media.trouble import CameraTrouble

_STARTING_S = 8.0  # for the child's interpreter and libraries on a busy machine
_LOOK_S = 1.0  # long enough to tell the rate


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a camera shows. Where it is not `ok` only `kind` (a TroubleKind, or why it was refused) and `detail` say something."""

    ok: bool
    kind: str = ""
    detail: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    rate_hz: float = 0.0
    clock_source: str = ""
    clock_behind_s: float = 0.0  # arrival - captured_at: delay of the network, or a clock that is wrong
    first_picture_s: float = 0.0


def probe(camera: Camera, credentials: Credentials | None, site: Site, *, longest_s: float = 15.0) -> ProbeReport:
    """How the camera fares within `longest_s`. Credentials reach the child through its standard input alone."""
    child = subprocess.Popen(
        [sys.executable, "-m", "haetae.media.probe"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(pickle.dumps((camera, credentials, site, longest_s)), timeout=longest_s + _STARTING_S)
    except subprocess.TimeoutExpired:
        return ProbeReport(ok=False, kind="hung", detail=f"The camera's reader hung for {longest_s:g} s.")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    lines = said.decode().splitlines()
    if child.returncode != 0 or not lines:
        return ProbeReport(ok=False, kind="broke", detail="The camera's data broke its reader.")
    return ProbeReport(**json.loads(lines[-1]))


def look(camera: Camera, credentials: Credentials | None, site: Site, longest_s: float) -> ProbeReport:
    """The same in this process: it may hang where a device does."""
    began_s = time.monotonic()
    try:
        source = open_source(camera, credentials, site)
        try:
            return _watched(source, began_s, longest_s)
        finally:
            source.close()
    except CameraTrouble as trouble:
        return ProbeReport(ok=False, kind=trouble.kind.value, detail=trouble.message)
    except Refused as refusal:
        return ProbeReport(ok=False, kind=refusal.kind, detail=refusal.message)


def _watched(source: Any, began_s: float, longest_s: float) -> ProbeReport:
    first: Picture | None = None
    last: Picture | None = None
    n, first_s = 0, 0.0
    for picture in source:
        now_s = time.monotonic()
        if first is None:
            first, first_s = picture, now_s
        last, n = picture, n + 1
        if now_s - first_s > _LOOK_S or now_s - began_s > longest_s or (not source.live and n > 25):
            break
    if first is None or last is None:
        return ProbeReport(ok=False, kind="no-media", detail="No picture came.")
    elapsed_s = last.pts_s - first.pts_s
    return ProbeReport(
        ok=True,
        codec=source.codec,
        width=last.size.width,
        height=last.size.height,
        rate_hz=round((n - 1) / elapsed_s, 2) if elapsed_s > 0 else 0.0,
        clock_source=last.clock_source.value,
        clock_behind_s=round((last.received_at - last.captured_at).total_seconds(), 3),
        first_picture_s=round(first_s - began_s, 3),
    )


if __name__ == "__main__":
    asked = pickle.load(sys.stdin.buffer)  # from the process that started us, through a pipe
    sys.stdout.write(json.dumps(asdict(look(*asked))) + "\n")
