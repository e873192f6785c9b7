"""Networks in this process: for the command line, for edge devices, and where no Triton runs. Same code, same numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from haetae.inference.model_spec import checked_inputs, checked_outputs, no_outputs
from haetae.inference.port import Array
from haetae.models.installed import Execution, installed
from haetae.models.registered import know
from haetae.models.runtime import load

Run = Callable[[Array], dict[str, Array]]


class LocalInference:
    """Loads each network when it is first asked for; safe to share between threads (one run of one network at a time)."""

    def __init__(self, models_folder: Path, execution: Execution | None = None) -> None:
        know(models_folder)
        self._folder = models_folder
        self._execution = execution or Execution()
        self._loaded: dict[str, tuple[Run, threading.Lock]] = {}
        self._loading = threading.Lock()

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        """As the port says. Nothing is waited for here but the processor, so the deadline is not watched."""
        images = checked_inputs(model, inputs)
        if not len(images):
            return no_outputs(model)
        run, turn = self._network(model)
        with turn:
            return checked_outputs(model, len(images), run(images))

    def ready(self, model: str) -> bool:
        """True: a network that was not pulled is an error of the configuration, raised here as Misconfigured."""
        self._network(model)
        return True

    def version(self, model: str) -> str:
        return installed(self._folder, model).version(self._execution)

    def _network(self, model: str) -> tuple[Run, threading.Lock]:
        with self._loading:
            if model not in self._loaded:
                found = installed(self._folder, model)
                run = load(found.runtime_parameters(self._execution), found.folder)
                self._loaded[model] = (run, threading.Lock())
            return self._loaded[model]
