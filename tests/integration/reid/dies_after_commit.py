"""A reid worker that is killed between the commit of its rows and the acknowledgement: run as a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from haetae.bus.consumer import Commit, Message
from haetae.inference.local import LocalInference
from tests.integration.reid.rig import open_rig


def main(blobs: Path, models: Path) -> None:
    """Addresses come through the environment: they hold passwords."""
    rig = open_rig(os.environ["REID_REDIS"], os.environ["REID_POSTGRES"], blobs, LocalInference(models))
    worker = rig.worker()

    def handle(messages: Sequence[Message]) -> Commit:
        worker.handle(messages)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    rig.consumer("reid-dying").run(handle, threading.Event())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
