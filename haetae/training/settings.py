"""The settings of training: environment variables `HAETAE_TRAINING__<FIELD>`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from haetae.settings import Settings


class TrainingSection(BaseModel):
    """Where training reads and writes."""

    folder: Path = Path(".haetae/training")
    clips: Path | None = None  # recorded clips to learn from


class TrainingSettings(Settings):
    """What training is told by the environment."""

    training: TrainingSection = TrainingSection()
