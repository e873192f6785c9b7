"""Where training keeps its things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.training.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder for everything that training reads and writes beside the repository.

    runs    one folder a run: parameters, curves, checkpoint, figures, the exported network and its card
    banks   drawn pictures and labels that recipes cache, by a digest of what decides them
    data    public data sets, one folder each
    clips   recorded clips to learn from; None where there are none
    """

    folder: Path
    clips: Path | None = None

    @classmethod
    def configured(cls) -> Workspace:
        """The one that HAETAE_TRAINING__FOLDER and HAETAE_TRAINING__CLIPS name. Raises Misconfigured."""
        section = TrainingSettings.load().training
        if section.clips is not None and not section.clips.is_dir():
            raise Misconfigured(f"The training's clips are to be in {section.clips}, which is no folder.")
        return cls(section.folder, section.clips)

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def banks(self) -> Path:
        return self.folder / "banks"

    @property
    def data(self) -> Path:
        return self.folder / "data"
