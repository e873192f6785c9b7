"""What catalogue networks say about crops: the targets of distillation, computed once and kept beside the crops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import normalised
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.inference.port import Inference
from haetae.models.installed import Execution
from haetae.models.pull import pull
from haetae.settings import Settings
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.reid.framing import inner
from haetae.training.workspace import Workspace

_BATCH = 64


def teacher_embeddings(
    bank: PictureBank, name: str, inference: Callable[[], Inference], told: Callable[[str], None] = lambda _: None
) -> NDArray[np.float32]:
    """(n, d) float32 unit rows of the catalogue's network `name` for the crops of a bank, without their margins.

    Kept in the bank's folder. Raises Misconfigured where the network is not there.
    """
    file = bank.folder / f"teacher-{name}.npy"
    if not file.is_file():
        teacher = Embedder(inference(), name, deadline_s=600.0)
        rows = []
        for first in range(0, len(bank), _BATCH):
            rows.append(teacher.embed([inner(bank.picture(i)) for i in range(first, min(len(bank), first + _BATCH))]))
            if first // _BATCH % 20 == 0:
                told(f"{name} looks at crops: {100 * first / len(bank):.0f} %")
        partial = file.with_suffix(".partial.npy")
        np.save(partial, np.concatenate(rows).astype(np.float16))
        partial.rename(file)
    return np.asarray(np.load(file), dtype=np.float32)


def combined(embeddings: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(n, sum of d) unit rows whose cosines are the means of the teachers' cosines."""
    return np.concatenate(embeddings, axis=1) / np.float32(np.sqrt(len(embeddings)))


def principal_directions(rows: NDArray[np.float32], n_dimensions: int) -> NDArray[np.float32]:
    """(d, n_dimensions): the directions that keep the rows' inner products as well as so many can (most variation about 0).

    Of two teachers' 512 numbers, 256 directions keep nearly everything.
    """
    _, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.asarray(directions[:, ::-1][:, :n_dimensions], dtype=np.float32)


def projected(rows: NDArray[np.float32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, n_dimensions) unit rows."""
    return normalised(rows @ directions)


def agreeing(
    rows: NDArray[np.float32], identities: NDArray[np.generic], cameras: NDArray[np.generic], share: float
) -> NDArray[np.float32]:
    """(n, d) unit rows, each drawn by `share` (0-1) to what the teachers say of its person on average over the cameras.

    Of people with names more is known than the teachers can see: what they say of one person in another light, pose or camera
    differs by their errors, and the mean has less of them.
    """
    if not share:
        return rows
    means = np.empty_like(rows)
    for person in np.unique(identities):
        own = np.flatnonzero(identities == person)
        by_camera = [rows[own[cameras[own] == camera]].mean(axis=0) for camera in np.unique(cameras[own])]
        means[own] = np.mean(by_camera, axis=0)
    return normalised((1 - share) * rows + share * normalised(means))


def pulled(workspace: Workspace, names: Sequence[str]) -> Callable[[], Inference]:
    """Pulls the networks when it is called. Into the workspace: in the platform's own folder they would become its default."""

    def inference() -> Inference:
        folder = workspace.folder / "teachers"
        pull(folder, names, mirror=Settings.load().models.mirror)
        return LocalInference(folder, Execution(engine="openvino", precision="bf16"))  # half the time, .01 in a cosine

    return inference
