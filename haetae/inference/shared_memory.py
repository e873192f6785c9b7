"""Regions of system shared memory that one client hands images over in, used again and again."""

from __future__ import annotations

import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException
from tritonclient.utils import shared_memory as shm

from haetae.inference.port import Array

_ROUND_BYTES = 1 << 20
_REGIONS = Path("/dev/shm")  # where Linux shows them; names are haetae-<pid>-<random>
_QUARANTINE_S = 30.0  # after a failed call the server may still read the region; older requests it refuses


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One registered region."""

    name: str
    n_bytes: int
    handle: Any


class SharedMemory:
    """A pool of regions, each lent to one call at a time. Thread-safe."""

    def __init__(self, client: triton.InferenceServerClient) -> None:
        self._client = client
        self._free: list[Region] = []
        self._lent: set[Region] = set()
        self._retired: list[tuple[float, Region]] = []
        self._lock = threading.Lock()
        self._unsupported = False
        _sweep(_REGIONS)

    def lend(self, images: Array, within_s: float) -> Region | None:
        """A region that holds `images`; None where the server has no shared memory. Raises InferenceServerException."""
        if self._unsupported:
            return None
        for gone in self._due():
            self._destroy(gone)
        region = self._take(images.nbytes) or self._register(images.nbytes, within_s)
        if region is not None:
            shm.set_shared_memory_region(region.handle, [images])
        return region

    def give_back(self, region: Region, *, failed: bool) -> None:
        """Ends a loan. After a failure nobody knows what the server still has: the idle regions are retired with this one."""
        with self._lock:
            self._lent.discard(region)
            if failed:
                now = time.monotonic()
                self._retired += [(now, idle) for idle in (region, *self._free)]
                self._free = []
            else:
                self._free.append(region)

    def close(self) -> None:
        """Unregisters and removes every region."""
        with self._lock:
            regions = [*self._free, *self._lent, *(region for _, region in self._retired)]
            self._free, self._lent, self._retired = [], set(), []
        for region in regions:
            self._destroy(region)

    def _due(self) -> list[Region]:
        until = time.monotonic() - _QUARANTINE_S
        with self._lock:
            due = [region for at, region in self._retired if at < until]
            self._retired = [(at, region) for at, region in self._retired if at >= until]
        return due

    def _take(self, n_bytes: int) -> Region | None:
        with self._lock:
            fitting = [region for region in self._free if region.n_bytes >= n_bytes]
            if not fitting:
                return None
            region = min(fitting, key=lambda each: each.n_bytes)
            self._free.remove(region)
            self._lent.add(region)
            return region

    def _register(self, n_bytes: int, within_s: float) -> Region | None:
        n_bytes = -(-n_bytes // _ROUND_BYTES) * _ROUND_BYTES
        name = f"haetae-{os.getpid()}-{uuid.uuid4().hex[:12]}"
        handle = shm.create_shared_memory_region(name, f"/{name}", n_bytes)
        try:
            self._client.register_system_shared_memory(name, f"/{name}", n_bytes, client_timeout=within_s)
        except InferenceServerException as error:
            shm.destroy_shared_memory_region(handle)
            if "UNIMPLEMENTED" in str(error.status()):
                self._unsupported = True
                return None
            raise
        region = Region(name, n_bytes, handle)
        with self._lock:
            self._lent.add(region)
        return region

    def _destroy(self, region: Region) -> None:
        with suppress(InferenceServerException):  # a server that is away, or came back, has nothing to unregister
            self._client.unregister_system_shared_memory(region.name, client_timeout=1.0)
        shm.destroy_shared_memory_region(region.handle)


def _sweep(folder: Path) -> None:
    """Removes the regions of clients that were killed: nobody else would."""
    for left in folder.glob("haetae-*-*"):
        pid = left.name.split("-")[1]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            left.unlink(missing_ok=True)
