"""A request as a span: the route's template and the status; no path, no query, no header, no address of the caller."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.telemetry import tracing
from haetae.telemetry.tracing import Attributes, Step

_OF_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})  # asked all day long


def began(path: str, headers: Mapping[bytes, bytes]) -> Step:
    """The request as it comes in; its caller's trace goes on."""
    if path in _OF_MACHINES:
        return tracing.NOTHING
    return tracing.entry("request", headers.get(b"traceparent", b"").decode("latin-1"))


def ended(step: Step, request_id: str, labels: tuple[str, str], status: int) -> None:
    """What became of it; `labels` are its method and its route's template."""
    if step is tracing.NOTHING:
        return
    method, route = labels
    attributes: Attributes = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "haetae.request_id": request_id,
    }
    step.note(attributes, name=f"{method} {route}")
    if status >= 500:
        step.fail(str(status))
