"""What Triton's failures mean: queue full, queued too long and server gone are all UNAVAILABLE, told apart by their text."""

from __future__ import annotations

from tritonclient.utils import InferenceServerException

from haetae.errors import HaetaeError, Misconfigured, Transient
from haetae.inference.port import Overloaded

_OVERLOADED = ("exceeds maximum queue size", "request timeout expired")
_COMING_BACK = ("has no available versions", "is not ready", "shared memory region")
_OURS = ("NOT_FOUND", "INVALID_ARGUMENT", "UNIMPLEMENTED")


def as_ours(error: InferenceServerException, model: str) -> HaetaeError:
    """The same failure in our error tree."""
    message = str(error.message() or "")
    text, status = message.lower(), str(error.status() or "").removeprefix("StatusCode.")
    if any(sign in text for sign in _OVERLOADED):
        return Overloaded("Triton has too much to do.", model=model)
    if status == "DEADLINE_EXCEEDED" or "deadline exceeded" in text:
        return Transient("Triton did not answer in time.", model=model)
    if status in _OURS and not any(sign in text for sign in _COMING_BACK):
        return Misconfigured(f"Triton refuses: {message}", model=model)
    return Transient(f"Triton is away or failed: {message}", model=model, status=status)
