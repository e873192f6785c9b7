"""The folder with everything that one stack keeps: data, logs, secrets, and who runs on it now."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.fernet import Fernet

from haetae.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once, kept in a file that only its owner may read, handed to processes through their environment."""

    credential_key: str  # Fernet: encrypts camera credentials and webhook secrets at rest
    postgres_password: str
    postgres_admin_password: str
    redis_password: str
    api_key: str | None = None  # of the first administrator; made by the store

    def __repr__(self) -> str:
        return "Secrets(**********)"


class Home:
    """Paths below one folder; the folder is made when it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().resolve()
        self.logs = self.folder / "logs"
        self.postgres = self.folder / "postgres"
        self.redis = self.folder / "redis"
        self.triton = self.folder / "triton"
        self.repository = self.folder / "repository"
        self.models = self.folder / "models"
        self.blobs = self.folder / "blobs"
        self.imports = self.folder / "imports"
        self.demo = self.folder / "demo"
        self.state_file = self.folder / "state.json"
        self._secrets_file = self.folder / "secrets.json"

    @classmethod
    def from_environment(cls, given: Path | None = None) -> Home:
        """`given`, else HAETAE_HOME, else `.haetae` in the working directory."""
        return cls(given or Path(os.environ.get("HAETAE_HOME", ".haetae")))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one supervisor works on a home. Raises Misconfigured when another one does."""
        self._make()
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Misconfigured("Another stack runs on this folder: see `haetae status`, end it with `haetae down`",
                                    home=self.folder) from None  # fmt: skip
            yield

    def is_held(self) -> bool:
        """Whether a supervisor works on this home now."""
        try:
            with (self.folder / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def secrets(self) -> Secrets:
        """Read, or made on the first start. Raises Misconfigured when damaged: new ones would lock the data."""
        self._make()
        try:
            return Secrets(**json.loads(self._secrets_file.read_text()))
        except FileNotFoundError:
            made = Secrets(Fernet.generate_key().decode(), *(secrets.token_urlsafe(24) for _ in range(3)))
            self._keep(made)
            return made
        except (ValueError, TypeError):
            raise Misconfigured("The secrets file is damaged; restore it, the data cannot be read without it",
                                file=self._secrets_file) from None  # fmt: skip

    def keep_api_key(self, key: str) -> None:
        """Remember the first administrator's key, which the store shows only once."""
        self._keep(replace(self.secrets(), api_key=key))

    def _keep(self, values: Secrets) -> None:
        written = self._secrets_file.with_suffix(".new")
        written.unlink(missing_ok=True)
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(values), file)
        written.replace(self._secrets_file)

    def _make(self) -> None:
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(f"The home folder cannot be made: {error.strerror}", home=self.folder) from error
