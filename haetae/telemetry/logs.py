"""Logs as key-value events on standard error: one JSON object a line, or coloured text for people."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from haetae.telemetry import tracing
from haetae.telemetry.redaction import redacted

_QUIET = ("httpx", "httpcore", "urllib3", "asyncio", "kombu", "amqp", "alembic.runtime.plugins")


def configure(service: str, level: str = "INFO", as_json: bool = True) -> None:
    """Sets up logging of the whole process, that of libraries included; `service` stands in every event."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        _named(service),
        _traced,
        _redacting,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at")
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def get() -> structlog.stdlib.BoundLogger:
    """The process's logger: `get().info("tracklet_closed", camera_id=...)`."""
    return structlog.stdlib.get_logger("haetae")


def _named(service: str) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return add


def _traced(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    here = tracing.here()
    if here is not None:
        event.update(trace_id=here.trace_id, span_id=here.span_id)
    return event


def _redacting(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: value if key.startswith("_") else redacted(value) for key, value in event.items()}
