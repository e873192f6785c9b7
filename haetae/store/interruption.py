"""Ending, from another thread, what a transaction is doing: its statement and no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from sqlalchemy import Connection

from haetae.errors import Transient


class Interruption:
    """What one thread holds to end another's transaction.

    PostgreSQL takes a request to cancel for a connection, not for a statement. So it is sent only while the transaction has its
    connection, which is not let go before the request has been taken, and is closed afterwards instead of given back to the
    pool: a request that comes late meets nobody.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Any = None  # psycopg2's, while a transaction is open
        self._requested = False
        self._sent = False

    @property
    def is_requested(self) -> bool:
        """Whether the transaction is to end."""
        return self._requested

    def request(self) -> None:
        """Ends the running statement, and lets none begin after it. Safe to call at any time, any number of times."""
        with self._lock:
            self._requested = True
            if self._connection is not None and not self._sent:
                self._sent = True
                with suppress(psycopg2.Error):  # who cannot be reached is not waited for: the statement has its timeout
                    self._connection.cancel()  # returns when the server has taken the request

    @contextmanager
    def over(self, connection: Connection) -> Iterator[None]:
        """The transaction on `connection` can be interrupted within the block. Raises Transient where it was."""
        self._take(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connection = None
            if self._sent:
                connection.invalidate()
        if self._requested:
            raise _interrupted()

    def _take(self, connection: Connection) -> None:
        with self._lock:
            if self._requested:
                raise _interrupted()
            self._connection = connection.connection.dbapi_connection


def _interrupted() -> Transient:
    return Transient("The transaction was interrupted.")
