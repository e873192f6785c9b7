import pytest
from tritonclient.utils import InferenceServerException

from haetae.errors import HaetaeError, Misconfigured, Transient
from haetae.inference.port import Overloaded
from haetae.inference.triton_errors import as_ours


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        ("UNAVAILABLE", "[request id: <id_unknown>] Exceeds maximum queue size", Overloaded),
        ("UNAVAILABLE", "Request timeout expired", Overloaded),
        ("UNAVAILABLE", "failed to connect to all addresses; last error: UNKNOWN: Connection refused", Transient),
        ("UNAVAILABLE", "Socket closed", Transient),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", Transient),
        ("NOT_FOUND", "Request for unknown model: 'x' is not found", Misconfigured),
        ("NOT_FOUND", "Request for unknown model: 'x' has no available versions", Transient),
        ("INVALID_ARGUMENT", "unexpected shape for input 'images'", Misconfigured),
        ("INVALID_ARGUMENT", "Unable to find system shared memory region: 'haetae-1'", Transient),
        ("INTERNAL", "Stub process 'x' is not healthy.", Transient),
    ],
)
def test_texts_tell_what_the_status_does_not(status: str, message: str, kind: type[HaetaeError]) -> None:
    """Full queues, old requests, servers gone and wrong use end differently, though three of them share a status."""
    ours = as_ours(InferenceServerException(message, status=f"StatusCode.{status}"), "x")
    assert type(ours) is kind
