"""A connection pool to PostgreSQL that notices within seconds when the server is gone."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from haetae.errors import Misconfigured
from haetae.store.freshness import ping_what_rested
from haetae.store.secrets import Cipher
from haetae.store.store import Store

_CONNECT_TIMEOUT_S = 5
_LOCK_TIMEOUT_S = 10.0
_IDLE_IN_TRANSACTION_S = 120


def open_store(
    url: str,
    *,
    cipher: Cipher,
    pool_size: int = 5,
    statement_timeout_s: float = 30.0,
    application_name: str = "haetae",
    scan_workers: int = 2,
) -> Store:
    """The store at `url` ("postgresql://..."); nothing is connected before the first transaction. Raises Misconfigured.

    `scan_workers` parallel workers help one gallery scan, where the server has them.
    """
    parsed = parse(url)
    arguments = connect_arguments(parsed, statement_timeout_s, application_name)
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_CONNECT_TIMEOUT_S,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args=arguments,
    )
    ping_what_rested(engine)
    definitions = create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    return Store(engine, definitions, cipher, scan_workers=scan_workers)


def open_unlimited(url: str, *, application_name: str) -> Engine:
    """An engine for migrations: no statement timeout, one connection at a time."""
    parsed = parse(url)
    arguments = connect_arguments(parsed, 0, application_name, lock_timeout_s=0)
    return create_engine(parsed, poolclass=NullPool, hide_parameters=True, connect_args=arguments)


def parse(url: str) -> URL:
    """`url` for psycopg2. Raises Misconfigured without repeating it: it may hold a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Misconfigured("The address of PostgreSQL is not valid (postgresql://user:password@host:port/database).") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise Misconfigured("The store needs PostgreSQL.", backend=parsed.get_backend_name())
    return parsed.set(drivername="postgresql+psycopg2")


def connect_arguments(
    url: URL, statement_timeout_s: float, application_name: str, lock_timeout_s: float | None = None
) -> dict[str, object]:
    """What libpq is told: deadlines for connecting, for a silent peer and for statements. Options of the URL are kept.

    The lock timeout stays below the statement timeout, so that waiting for a lock is told from an expensive query.
    """
    locks = min(_LOCK_TIMEOUT_S, statement_timeout_s / 2) if lock_timeout_s is None else lock_timeout_s
    session = {
        "statement_timeout": _ms(statement_timeout_s),
        "lock_timeout": _ms(locks),
        "idle_in_transaction_session_timeout": _ms(_IDLE_IN_TRANSACTION_S),
        "jit": "off",  # compiling costs more than any of these statements
        "timezone": "UTC",
    }
    given = url.query.get("options", "")
    options = [given if isinstance(given, str) else " ".join(given), *(f"-c {name}={value}" for name, value in session.items())]
    return {
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "application_name": application_name,
        "options": " ".join(filter(None, options)),
    }


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))
