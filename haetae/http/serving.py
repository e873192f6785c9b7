"""How an application is served: with which certificate, and how it takes its leave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haetae.errors import Misconfigured

SENDS_AWAY = "haetae_sends_away"
"""What is set in an application's state once it is to stop and there was time for others to take over."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Plain HTTP without the two files, which belong together.

    When it is to stop, an application is not ready any more but still answers for `drain_s`, so that whoever spreads requests
    takes it out first; then what is being answered is answered, for at most `grace_s`.
    """

    cert_file: Path | None = None  # PEM, with the chain
    key_file: Path | None = None  # PEM
    drain_s: float = 0.0
    grace_s: float = 10.0

    def certificate(self) -> tuple[Path, Path] | None:
        """Both files; None where there is to be no TLS. Raises Misconfigured where only one is named."""
        if self.cert_file is None and self.key_file is None:
            return None
        if self.cert_file is None or self.key_file is None:
            raise Misconfigured("A certificate needs both files: HAETAE_HTTP__CERT_FILE and HAETAE_HTTP__KEY_FILE.")
        return self.cert_file, self.key_file
