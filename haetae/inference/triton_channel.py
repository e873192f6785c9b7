"""A gRPC channel to Triton, the same for everything that is asked of it."""

from __future__ import annotations

from pathlib import Path

import tritonclient.grpc as triton

from haetae.errors import Misconfigured

_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),  # gRPC's own 20 s keep a client away long after the server is back
    ("grpc.min_reconnect_backoff_ms", 2500),  # the least that one attempt to connect gets: a lost SYN comes again after 1 s
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]


def connected(address: str, ca_file: Path | None = None) -> triton.InferenceServerClient:
    """To host:port. With `ca_file` (PEM) the server has to show a certificate that was signed by that one.

    Raises Misconfigured where that file cannot be read; whether somebody is there, the first call tells.
    """
    if ca_file is not None and not ca_file.is_file():
        raise Misconfigured("The file that Triton's certificate is checked by is not there.", ca_file=ca_file)
    trusted = str(ca_file) if ca_file is not None else None
    return triton.InferenceServerClient(address, ssl=ca_file is not None, root_certificates=trusted, channel_args=_OPTIONS)
