"""Banks as recipes want them: taken from the workspace, or built now and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing import banks as content
from haetae.training.detection.composing.composer import Banks
from haetae.training.detection.picture_bank import PictureBank, stored

_VERSION = 2  # of what is drawn; one more makes all banks anew


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of everything is drawn. Identities and scenes count from the seed on, at most to a million."""

    identities: int = 1000
    sprites_each: int = 12
    things: int = 2000
    scenes: int = 320
    grounds: int = 500
    interiors: int = 500
    patches_each: int = 150

    def few(self) -> Amounts:
        """A tenth, for frames that are only looked at."""
        return replace(
            self,
            identities=max(1, self.identities // 10),
            things=max(1, self.things // 10),
            scenes=max(1, self.scenes // 10),
            grounds=max(1, self.grounds // 10),
            interiors=max(1, self.interiors // 10),
            patches_each=max(1, self.patches_each // 10),
        )


def prepared(folder: Path, clips: ClipFrames, amounts: Amounts, seed: int, *, held_out: bool = False) -> Banks:
    """All banks under `folder`, for one seed. `held_out`: places from the clips' ends instead of their beginnings."""
    people, places = range(seed, seed + amounts.identities), range(seed, seed + amounts.scenes)
    n_clips = len(set(clips.bank.columns["clip"].tolist()))
    return Banks(
        sprites=_kept(
            folder,
            "people",
            (seed, amounts.identities, amounts.sprites_each),
            len(people) * amounts.sprites_each,
            lambda: content.people(people, amounts.sprites_each),
        ),
        things=_kept(
            folder,
            "things",
            (seed, amounts.things, content.THINGS_VERSION),
            amounts.things,
            lambda: content.things(seed, amounts.things),
        ),
        backgrounds=_kept(
            folder,
            "places",
            (seed, amounts.scenes, amounts.grounds, amounts.interiors, amounts.patches_each, held_out, clips.bank.folder.name),
            amounts.scenes + amounts.grounds + amounts.interiors + n_clips * amounts.patches_each,
            lambda: chain(
                content.scenes(places),
                content.grounds(seed, amounts.grounds),
                content.interiors(seed, amounts.interiors),
                content.patches(clips, seed, amounts.patches_each, held_out=held_out),
            ),
        ),
        clips=clips,
    )


def _kept(folder: Path, name: str, facts: tuple[object, ...], n_expected: int, rows: Callable[[], content.Rows]) -> PictureBank:
    """The bank that `facts` decide; built with a progress bar where it is missing."""
    digest = hashlib.sha256(repr((_VERSION, *facts)).encode()).hexdigest()[:12]
    where = folder / f"{name}-{digest}"
    if where.is_dir():
        return PictureBank.opened(where)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        return stored(where, bar.track(rows(), total=n_expected, description=f"drawing {name}"))
