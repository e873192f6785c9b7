"""Tries a source out in a process of its own, which is killed when it takes too long: nothing a camera does can hang the API."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from haetae.domain.camera import Camera, Credentials
from haetae.media.address import AddressPolicy
from services.search.cameras.schemas import CameraTestOut

_STARTING_S = 8.0  # for the child's interpreter and libraries on a busy machine


def try_source(camera: Camera, credentials: Credentials | None, policy: AddressPolicy, *, longest_s: float) -> CameraTestOut:
    """Whether a frame comes within `longest_s`, and how it looks. Credentials reach the child through a pipe."""
    asked = {
        "kind": camera.kind.value,
        "url": camera.url,
        "transport": camera.transport.value,
        "credentials": [credentials.username, credentials.password] if credentials else None,
        "allowed_networks": list(policy.allowed_networks),
        "import_folders": [str(folder) for folder in policy.import_folders],
        "longest_s": longest_s,
    }
    began_s = time.monotonic()
    try:
        child = subprocess.run(
            [sys.executable, "-m", "services.search.cameras.first_frame"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=longest_s + _STARTING_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return CameraTestOut(ok=False, detail=f"No frame within {longest_s:g} s.", seconds=time.monotonic() - began_s)
    if child.returncode != 0:
        return CameraTestOut(ok=False, detail="The source broke its reader.", seconds=time.monotonic() - began_s)
    return CameraTestOut.model_validate_json(child.stdout)
