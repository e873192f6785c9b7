"""Crops of drawn people, drawn once and kept: what re-identification and attributes learn from, and are measured on."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Misconfigured
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.identity import Identity, identity, look_alike
from haetae.training.detection.picture_bank import Picture, PictureBank, joined, stored
from haetae.training.reid.cameras import BankCamera, bank_cameras
from haetae.training.reid.shots import ANY, BEST, Shot, shot

_VERSION, _BEST_VERSION = 2, 1  # of how crops are drawn: another number, another bank; best shots count on their own
_NOT_FAIR, _NOT_BEST = ("night", "fog", "snow", "rain"), ("night", "fog")
_TALL = replace(ANY, smallest_px=60.0)
_PART = 40  # identities that are drawn and put away together
_LEVEL_M = 0.020  # cell size of the meshes
_COMPANY = 10  # people drawn before who may come into the picture

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CropPlan:
    """What decides a bank. Identity seeds of the first million are for training, the second's for validation."""

    first_identity: int = 0
    n_identities: int = 1800
    shots: int = 10  # of each identity
    cameras_each: int = 4  # that an identity walks past
    n_cameras: int = 60
    first_camera: int = 0  # seed of the cameras
    look_alikes: float = 0.2  # share of the identities that wear what the one before wears
    workers: float = 0.12  # share with helmet and vest
    whole: bool = field(default=False, repr=False)  # only people of 60 px or more, half seen, in boxes that hold all of them
    fair: bool = field(default=False, repr=False)  # only cameras that see well: by day, at dusk, indoors, in clear weather
    best: int = field(default=0, repr=False)  # only what best shots are like (shots.BEST), under a number: another, another bank

    def __post_init__(self) -> None:
        if min(self.n_identities, self.shots, self.cameras_each, self.n_cameras) < 1:
            raise Misconfigured("A bank of crops needs identities, shots and cameras: at least one of each.")

    def identity(self, index: int) -> Identity:
        """The identity of a place in the bank."""
        seed = self.first_identity + index
        if self._is_look_alike(index):
            return look_alike(self.identity(index - 1), seed)
        return identity(seed, worker=True if self._chance(index, 1) < self.workers else None)

    def outfit(self, index: int) -> int:
        """A number that those who wear the same share."""
        return self.outfit(index - 1) if self._is_look_alike(index) else self.first_identity + index

    def _is_look_alike(self, index: int) -> bool:
        return index > 0 and self._chance(index, 0) < self.look_alikes

    def _chance(self, index: int, what: int) -> float:
        return float(np.random.default_rng((self.first_identity + index, what, 99)).random())


def crop_bank(plan: CropPlan, banks: Path, told: Told = lambda _: None, n_workers: int = 1) -> PictureBank:
    """The bank of the plan, from disk or drawn now (about 25 ms a crop and core); goes on where a killed drawing stopped.

    Columns: identity, outfit, camera, height_px, seen, cut_above, cut_below, bag_seen, eyes_seen, and one for each attribute: the
    index of its value in VALUES.
    """
    facts = (
        repr((_BEST_VERSION if plan.best else _VERSION, plan))
        + (" whole" if plan.whole else "")
        + (" fair" if plan.fair else "")
        + (f" best {plan.best}" if plan.best else "")
    )
    folder = banks / f"crops-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        parts = folder.with_name(folder.name + ".parts")
        _draw(plan, parts, told, n_workers)
        stored(folder, joined([PictureBank.opened(parts / f"{i:04d}") for i in range(_n_parts(plan))]))
        shutil.rmtree(parts)
    return PictureBank.opened(folder)


def labels(bank: PictureBank, name: AttributeName) -> NDArray[np.int64]:
    """(n,) int64: indices into VALUES[name]."""
    return np.asarray(bank.columns[name.value], dtype=np.int64)


def _n_parts(plan: CropPlan) -> int:
    return -(-plan.n_identities // _PART)


def _draw(plan: CropPlan, parts: Path, told: Told, n_workers: int) -> None:
    missing = [part for part in range(_n_parts(plan)) if not (parts / f"{part:04d}").is_dir()]
    if not missing:
        return
    parts.mkdir(parents=True, exist_ok=True)
    cameras = bank_cameras(
        plan.n_cameras, plan.first_camera, told, without=_NOT_FAIR if plan.fair else _NOT_BEST if plan.best else ()
    )
    began = time.monotonic()
    for n_done, _ in enumerate(_drawn_parts(plan, cameras, parts, missing, n_workers), 1):
        left = (time.monotonic() - began) / n_done * (len(missing) - n_done)
        told(f"drawing crops: part {n_done} of {len(missing)}, about {left / 60:.1f} min left")


def _drawn_parts(
    plan: CropPlan, cameras: Sequence[BankCamera], parts: Path, missing: Sequence[int], n_workers: int
) -> Iterator[None]:
    if n_workers <= 1:
        for part in missing:
            _draw_part(plan, cameras, parts, part)
            yield
        return
    _SHARED.update(plan=plan, cameras=cameras, parts=parts)  # a forked process has it: cameras are large
    with ProcessPoolExecutor(n_workers, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_draw_shared_part, missing)


_SHARED: dict[str, Any] = {}


def _draw_shared_part(part: int) -> None:
    cv2.setNumThreads(1)
    _draw_part(_SHARED["plan"], _SHARED["cameras"], _SHARED["parts"], part)


def _draw_part(plan: CropPlan, cameras: Sequence[BankCamera], parts: Path, part: int) -> None:
    stored(parts / f"{part:04d}", _crops(plan, cameras, range(part * _PART, min(plan.n_identities, (part + 1) * _PART))))


def _crops(plan: CropPlan, cameras: Sequence[BankCamera], indices: range) -> Iterator[tuple[Picture, Mapping[str, float]]]:
    company: list[Figure] = []
    for index in indices:
        rng = np.random.default_rng((plan.first_identity + index, 5))
        who = plan.identity(index)
        drawn = figure(who, levels=(_LEVEL_M,))
        seen_by = rng.choice(len(cameras), min(plan.cameras_each, len(cameras)), replace=False)
        ways = rng.uniform(0, 360, len(seen_by)) if plan.best else None
        for i in range(plan.shots):
            which = i % len(seen_by)
            camera = int(seen_by[which])
            way = None if ways is None else float(ways[which])
            taking = BEST if plan.best else _TALL if plan.whole else ANY
            taken = shot(cameras[camera], drawn, company, rng, whole=plan.whole, taking=taking, facing_deg=way)
            if taken is not None:
                yield taken.pixels, _facts(plan, index, who, camera, taken)
        company = [*company, drawn][-_COMPANY:]


def _facts(plan: CropPlan, index: int, who: Identity, camera: int, taken: Shot) -> dict[str, float]:
    truth = {**who.attributes, AttributeName.DIRECTION: taken.direction}
    return {
        "identity": who.seed,
        "outfit": plan.outfit(index),
        "camera": camera,
        "height_px": taken.height_px,
        "seen": taken.seen,
        "cut_above": taken.cut_above,
        "cut_below": taken.cut_below,
        "bag_seen": taken.bag_seen,
        "eyes_seen": float(taken.eyes_seen),
        **{name.value: VALUES[name].index(truth[name]) for name in AttributeName},
    }
