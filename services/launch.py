"""How each service starts and ends: settings, logs, signals, and an exit that says what is configured wrongly."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from haetae.errors import Misconfigured
from haetae.settings import Settings
from haetae.telemetry import logs, tracing

S = TypeVar("S", bound=Settings)


def launch(name: str, settings: type[S], main: Callable[[S, threading.Event], None]) -> None:
    """Runs `main` with settings of the environment until it ends by itself or SIGINT or SIGTERM sets its event."""
    try:
        loaded, stopping = settings.load(), threading.Event()
        logs.configure(name, loaded.telemetry.log_level, loaded.telemetry.log_json)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        logs.get().info("started", settings=loaded.redacted())
        tracing.start(name, loaded.telemetry.traces.collector())
        main(loaded, stopping)
    except Misconfigured as error:
        sys.exit(f"{name}: {error}")
    finally:
        tracing.stop()
