"""Lays networks out as a Triton model repository.

"python": one python-backend model a network (the embedded server's only backend); it loads the weights itself.
"onnxruntime": for a full Triton with a GPU. The network `<name>-network` runs in the onnxruntime backend with TensorRT; the
python model `<name>` before it prepares and finishes. Clients see the same model in both.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.models import triton_watch
from haetae.models.installed import Execution, Installed, installed, names_here
from haetae.models.nearest import NEAREST, nearest_model
from haetae.models.onnx_signature import signature
from haetae.models.spec import DETECTOR_INPUT, NetworkSpec, Task
from haetae.models.triton_config import Serving, bare_network_config, python_config

PYTHON, ONNXRUNTIME = "python", "onnxruntime"

_INT8_KIND = "movenet"  # its quantised layers are not for TensorRT in f32
_MAX_BATCH = {Task.DETECTION: 4, Task.EMBEDDING: 16, Task.ATTRIBUTES: 16, Task.POSE: 8}
_MAX_BATCH_GPU = {Task.DETECTION: 16, Task.EMBEDDING: 64, Task.ATTRIBUTES: 64, Task.POSE: 32}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a repository is made for."""

    flavour: str
    execution: Execution
    instances: Mapping[str, int]
    cores: int

    def instances_of(self, found: Installed) -> int:
        """Processes (python backend) that run one network: detectors see every frame, the others only people."""
        default = self.cores if found.entry.spec.task is Task.DETECTION else self.cores // 8
        return self.instances.get(found.entry.name, min(max(1, default), 8))


def lay_out(
    models_folder: Path,
    into: Path,
    names: Sequence[str] | None = None,
    *,
    flavour: str = PYTHON,
    execution: Execution | None = None,
    instances: Mapping[str, int] | None = None,
    cores: int | None = None,
) -> None:
    """Makes `into` the repository of exactly these networks, by default of all that are here; other folders in it go. The name
    NEAREST among them asks for the model that compares all vectors with all. Beside them lies `triton_watch.py`, which starts the
    server.

    `instances` is the number of processes by network name; detectors get one a core by default, others one for eight
    cores, of `cores` or of this machine's.
    Raises Misconfigured where a network was not pulled or cannot be served as asked.
    """
    how = Layout(flavour, execution or Execution(), instances or {}, cores or os.cpu_count() or 1)
    if how.flavour not in (PYTHON, ONNXRUNTIME):
        raise Misconfigured(f"A model repository is made for {PYTHON} or {ONNXRUNTIME}.", flavour=how.flavour)
    wanted = names or names_here(models_folder)
    networks = [installed(models_folder, name) for name in wanted if name != NEAREST]
    into.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(triton_watch.__file__, into / Path(triton_watch.__file__).name)
    kept: set[str] = set()
    if NEAREST in wanted:
        _write_model(into / NEAREST, *nearest_model(gpu=how.flavour == ONNXRUNTIME))
        kept.add(NEAREST)
    for found in networks:
        kept |= _lay_out_python(found, into, how) if how.flavour == PYTHON else _lay_out_onnxruntime(found, into, how)
    for folder in into.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)


def served_version(found: Installed, how: Layout) -> str:
    """The version that the served model states: what its numbers depend on."""
    if how.flavour == PYTHON:
        return found.version(how.execution)
    return f"{found.version(Execution(engine='onnxruntime')).split('-')[0]}-tensorrt-f32"


def _lay_out_python(found: Installed, into: Path, how: Layout) -> set[str]:
    name = found.entry.name
    serving = Serving(_MAX_BATCH[found.entry.spec.task], how.instances_of(found), served_version(found, how))
    weights = [found.folder / file.name for file in found.flavour.files]
    parameters = found.runtime_parameters(how.execution)
    _write_python_model(into / name, python_config(name, found.entry.spec, serving), parameters, weights)
    return {name}


def _lay_out_onnxruntime(found: Installed, into: Path, how: Layout) -> set[str]:
    if found.weights.suffix != ".onnx":
        raise Misconfigured(f"'{found.entry.name}' is here as {found.flavour.name}: Triton's onnxruntime backend needs ONNX.")
    name, bare = found.entry.name, f"{found.entry.name}-network"
    tensors = signature(found.weights)
    serving = Serving(
        _MAX_BATCH_GPU[found.entry.spec.task], how.instances.get(name, 2), served_version(found, how), max_delay_us=2000
    )
    parameters = found.runtime_parameters(Execution(engine="onnxruntime"))
    parameters |= {
        "served": {"model": bare, "input": tensors.input.name, "outputs": [output.name for output in tensors.outputs]},
    }
    _write_python_model(into / name, python_config(name, found.entry.spec, serving), parameters, [])
    batches = [1, serving.max_batch] if parameters.get("batch") == "free" else [1]  # some files only look as if they took more
    warm_ups = _warm_ups(tensors.input.shape, found.entry.spec, batches)
    config = bare_network_config(bare, tensors, tensorrt=found.entry.kind != _INT8_KIND, warm_ups=warm_ups)
    _write_model(into / bare, config, {"model.onnx": found.weights})
    return {name, bare}


def _warm_ups(shape: Sequence[int], spec: NetworkSpec, batches: Sequence[int]) -> list[tuple[int, ...]]:
    """The shapes with which a network's engines are built: each of these batches, at the size that services send."""
    size = spec.input_size or DETECTOR_INPUT
    sides = {2: size.height, 3: size.width} if shape[1] == 3 else {1: size.height, 2: size.width}
    fixed = [sides.get(axis, 0) if axis and free == -1 else free for axis, free in enumerate(shape)]
    return [(n if shape[0] == -1 else shape[0], *fixed[1:]) for n in batches]


def _write_python_model(folder: Path, config: str, parameters: Mapping[str, object], weights: Sequence[Path]) -> None:
    here = files("haetae.models")
    sources: dict[str, Path | str] = {path.name: path for path in weights}
    sources["model.py"] = here.joinpath("triton_model.py").read_text(encoding="utf-8")
    sources["runtime.py"] = here.joinpath("runtime.py").read_text(encoding="utf-8")
    sources["network.json"] = json.dumps(parameters, indent=1)
    _write_model(folder, config, sources)


def _write_model(folder: Path, config: str, sources: Mapping[str, Path | str]) -> None:
    """A model's folder, whole or not at all."""
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    version = fresh / "1"
    version.mkdir(parents=True)
    (fresh / "config.pbtxt").write_text(config, encoding="utf-8")
    for name, source in sources.items():
        if isinstance(source, Path):
            shutil.copyfile(source, version / name)
        else:
            (version / name).write_text(source, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
