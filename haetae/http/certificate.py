"""A server's certificate, read again when its files change: certificates are renewed while services run."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.telemetry import logs

LOOKED_AT_EVERY_S = 5.0

_State = tuple[tuple[int, int, int], ...]


class Certificate:
    """New connections get what the files hold; those that are open keep what they have. TLS 1.2 and later.

    Raises Misconfigured where the files cannot be used at the start. Later, what cannot be used is logged and the former stays.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._files = (cert_file, key_file)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self._state = self._read()
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(f"The certificate cannot be used: {error}.", cert_file=cert_file, key_file=key_file) from error

    def follow(self, stop: threading.Event, every_s: float = LOOKED_AT_EVERY_S) -> None:
        """Looks at the files in a thread of its own until `stop` is set; returns at once."""
        threading.Thread(target=self._follow, args=(stop, every_s), name="certificate", daemon=True).start()

    def _follow(self, stop: threading.Event, every_s: float) -> None:
        while not stop.wait(every_s):
            try:
                if self._look() != self._state:
                    self._state = self._read()
                    logs.get().info("certificate_renewed", file=str(self._files[0]))
            except (OSError, ssl.SSLError) as error:  # half of the pair is there, say: the other half comes
                logs.get().warning("certificate_not_renewed", file=str(self._files[0]), cause=str(error))

    def _look(self) -> _State:
        states = [file.stat() for file in self._files]  # follows links: Kubernetes renews a secret by turning one
        return tuple((state.st_mtime_ns, state.st_size, state.st_ino) for state in states)

    def _read(self) -> _State:
        state = self._look()
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*self._files)  # a pair that does not fit must not get in
        self.context.load_cert_chain(*self._files)
        return state
