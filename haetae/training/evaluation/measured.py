"""The networks that are measured: those of the models folder, run in this process on one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.pose_estimator import PoseEstimator
from haetae.models.installed import Execution
from haetae.models.networks import CATALOGUE, network
from haetae.models.pull import pull
from haetae.models.registered import know
from haetae.settings import Settings

_DEADLINE_S = 600.0


def inference(name: str, models: Path | None) -> LocalInference:
    """Runs the network `name` of the folder (default: the configured one); pulled first where it is not there yet.

    Raises Misconfigured where there is no such network.
    """
    settings = Settings.load().models
    folder = models or settings.folder
    if name in CATALOGUE:
        pull(folder, (name,), mirror=settings.mirror)
    else:
        know(folder)
        network(name)
    return LocalInference(folder, Execution(engine=settings.engine, precision=settings.precision))


def detector(name: str, models: Path | None, *, min_score: float) -> PersonDetector:
    """A detector that tells of boxes from `min_score` on."""
    return PersonDetector(inference(name, models), name, min_score=min_score, deadline_s=_DEADLINE_S)


def embedder(name: str, models: Path | None) -> Embedder:
    return Embedder(inference(name, models), name, deadline_s=_DEADLINE_S)


def classifier(name: str, models: Path | None) -> AttributeClassifier:
    return AttributeClassifier(inference(name, models), name, deadline_s=_DEADLINE_S)


def pose_estimator(name: str, models: Path | None) -> PoseEstimator:
    return PoseEstimator(inference(name, models), name, deadline_s=_DEADLINE_S)


def sized(size: ImageSize) -> Callable[[Pixels], ImageSize]:
    """The input size for a frame: `size`, turned for upright frames."""
    turned = ImageSize(width=size.height, height=size.width)
    return lambda pixels: size if pixels.shape[1] >= pixels.shape[0] else turned


def versions(names: Sequence[str], models: Path | None) -> dict[str, str]:
    """What each network's numbers depend on: the first digits of its weights' digest, engine and precision."""
    return {name: inference(name, models).version(name) for name in names}
