"""A network's int8 file beside its f32 file: how far apart, how fast, how good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from haetae.models.measure import in_turns
from haetae.training.learner import Batches, Calibrates, Learner, MeasuresFiles

_N_PICTURES, _AT_ONCE = 48, 8


def calibration_of(learner: Learner, file: Path) -> list[NDArray[np.float32]]:
    """Pictures that set the ranges of int8: the learner's own, else those of its training batches; as the file takes them."""
    if isinstance(learner, Calibrates):
        return [np.asarray(each, dtype=np.float32) for each in learner.calibration()]
    shape = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).get_inputs()[0].shape
    return list(_from_batches(learner.batches, isinstance(shape[0], int)))


def agreement(one: Path, other: Path, pictures: Iterable[NDArray[np.float32]]) -> dict[str, float]:
    """By output: the cosine of what the two files give, and the mean absolute difference; over all pictures."""
    sessions = [onnxruntime.InferenceSession(str(file), _options(), providers=["CPUExecutionProvider"]) for file in (one, other)]
    names = [output.name for output in sessions[0].get_outputs()]
    given = [[_run(session, batch) for session in sessions] for batch in pictures]
    found: dict[str, float] = {}
    for i, name in enumerate(names):
        a, b = (np.concatenate([each[k][i] for each in given]) for k in (0, 1))
        found[f"{name}_cosine"] = float(a @ b) / max(float(np.linalg.norm(a)) * float(np.linalg.norm(b)), 1e-12)
        found[f"{name}_difference"] = float(np.abs(a - b).mean())
    return found


def milliseconds(files: Mapping[str, Path], picture: NDArray[np.float32], budget_s: float = 1.0) -> dict[str, float]:
    """Processor time of one run of each file on one thread, in turns; the quickest of many."""
    runs: dict[str, Callable[[], object]] = {}
    for name, file in files.items():
        session = onnxruntime.InferenceSession(str(file), _options(), providers=["CPUExecutionProvider"])
        runs[name] = partial(_run, session, picture)
    return in_turns(runs, budget_s)


def figures(learner: Learner, files: Mapping[str, Path]) -> dict[str, dict[str, float]]:
    """The task's own figures of each file, where the learner can measure files; else nothing."""
    if not isinstance(learner, MeasuresFiles):
        return {}
    return {name: {k: float(v) for k, v in learner.measure_file(file).items()} for name, file in files.items()}


def _from_batches(batches: Batches, one_by_one: bool) -> Iterable[NDArray[np.float32]]:
    n = 0
    for step in range(_N_PICTURES):
        pictures = next(t for t in batches.batch(step).values() if t.ndim == 4 and t.shape[1] == 3)[:_AT_ONCE].float().numpy()
        yield from pictures[:, None] if one_by_one else [pictures]
        n += len(pictures)
        if n >= _N_PICTURES:
            return


def _run(session: onnxruntime.InferenceSession, pictures: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """The outputs, flat."""
    given = session.run(None, {session.get_inputs()[0].name: pictures})
    return [np.asarray(output, dtype=np.float64).ravel() for output in given]


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return options
