"""Triton behind TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from haetae.embedded.child import running
from haetae.embedded.part import Command
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.errors import Misconfigured, Transient
from haetae.inference.triton import TritonInference
from haetae.models.measure import known_input
from haetae.models.networks import network
from haetae.models.repository import lay_out
from haetae.models.selftest import check
from haetae.models.spec import IMAGES
from tests.kit.certificates import Authority

pytestmark = pytest.mark.integration
MODEL = "haetae-reid"


class TlsTriton(Triton):
    """The real server with a certificate; who asks whether it is ready has to trust it."""

    def __init__(self, folder: Path, repository: Path, authority: Authority) -> None:
        super().__init__(find_environment(), folder, repository, any_free())
        self._cert, self._key = authority.issue(folder / "tls")
        self._client = TritonInference(self.address, ca_file=authority.certificate)

    def command(self) -> Command:
        plain = super().command()
        files = [f"--grpc-server-cert={self._cert}", f"--grpc-server-key={self._key}"]
        return replace(plain, argv=[*plain.argv, "--grpc-use-ssl=true", *files])

    def not_ready(self) -> str | None:
        return None if self._client.ready(MODEL) else "it does not serve yet"


@contextmanager
def serving(folder: Path, authority: Authority) -> Iterator[TlsTriton]:
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    lay_out(folder / "models", folder / "repository", [MODEL])
    part = TlsTriton(folder, folder / "repository", authority)
    with running(part, folder / "triton.log", within_s=240):
        yield part


def test_only_who_was_signed_by_the_named_authority_is_spoken_to(tmp_path: Path) -> None:
    """Known numbers through TLS; another authority, or none, gets nothing: the peer counts as away."""
    authority, other = Authority(tmp_path / "ca"), Authority(tmp_path / "other")
    with serving(tmp_path, authority) as part:
        trusting = TritonInference(part.address, ca_file=authority.certificate)
        check(trusting, [MODEL])
        trusting.close()
        images = {IMAGES: known_input(network(MODEL))}
        for stranger in (TritonInference(part.address, ca_file=other.certificate), TritonInference(part.address)):
            assert not stranger.ready(MODEL)
            with pytest.raises(Transient):
                stranger.infer(MODEL, images, deadline_s=2.0)
            stranger.close()


def test_a_missing_authority_is_told_at_the_start(tmp_path: Path) -> None:
    """Not a connection without TLS, and not one that never works."""
    with pytest.raises(Misconfigured, match="not there"):
        TritonInference("127.0.0.1:8001", ca_file=tmp_path / "ca.crt")
