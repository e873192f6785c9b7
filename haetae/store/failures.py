"""What a database error means for whoever asked: try again, refused, or a fault of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from haetae.errors import Refused, Transient

_CANCELLED = "57014"  # query_canceled: the statement timeout
_DISK_FULL = "53100"
_TRY_AGAIN = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: the lock timeout
    "25006",  # read_only_sql_transaction: in the middle of a fail-over
    "25P03",  # idle_in_transaction_session_timeout
}
_TRY_AGAIN_CLASSES = {
    "08",  # connection exceptions
    "53",  # insufficient resources: memory, disk, connections
    "57",  # operator intervention: shutdown, crash, cannot connect now
    "58",  # system errors outside PostgreSQL: I/O
}
_NOT_MIGRATED = {
    "42P01",  # undefined_table
    "42703",  # undefined_column
    "42704",  # undefined_object: the type of vectors
    "42883",  # undefined_function: that of their distances
}
"""What a program meets in a database that lacks a migration; in one that does not, it is a mistake in the statement."""
_NO_PARTITION = "no partition of relation"


class StatementTimeout(Transient):
    """A statement ran longer than it may."""


@contextmanager
def translated(*, behind: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Raises Transient where trying again can succeed and Refused (422) where the values cannot be stored.

    Something that a statement names and that is not there is waited for where `behind` says that the schema may lack it.
    Other database errors are faults of ours and stay what they are.
    """
    try:
        yield
    except exc.TimeoutError:
        raise Transient("All connections to PostgreSQL are in use.") from None
    except exc.DBAPIError as error:
        _raise_meaning_of(error)
        if getattr(error.orig, "pgcode", None) in _NOT_MIGRATED and behind():
            raise _not_migrated() from None
        raise
    except ValueError as error:
        if isinstance(error, UnicodeEncodeError) or "NUL (0x00)" in str(error):
            raise _unstorable() from None
        raise


@contextmanager
def within_budget() -> Iterator[None]:
    """A statement timeout inside the block is the caller's affair: Refused (503, "query-too-expensive")."""
    try:
        with translated():
            yield
    except StatementTimeout:
        raise Refused(
            "The query takes longer than it may. Ask for a shorter window or fewer cameras.",
            status=503,
            kind="query-too-expensive",
        ) from None


def _raise_meaning_of(error: exc.DBAPIError) -> None:
    code = getattr(error.orig, "pgcode", None)
    if code == _CANCELLED:
        raise StatementTimeout("PostgreSQL cancelled a statement that took too long.", sqlstate=code) from None
    if code == _DISK_FULL:
        raise Transient("PostgreSQL's disk is full.", sqlstate=code) from None
    if code is None and (error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError)):
        raise Transient("PostgreSQL is away.") from None
    if code is not None and (code in _TRY_AGAIN or code[:2] in _TRY_AGAIN_CLASSES):
        raise Transient("PostgreSQL cannot do this now.", sqlstate=code) from None
    if isinstance(error, exc.DataError):
        raise _unstorable() from None
    if isinstance(error, exc.IntegrityError) and _NO_PARTITION in str(error.orig):
        raise Transient("The day's partition was dropped a moment ago.", sqlstate=code) from None


def _not_migrated() -> Transient:
    return Transient("The database has an older schema than this program needs: `haetae database migrate`.")


def _unstorable() -> Refused:
    return Refused("A value contains characters or numbers that cannot be stored.", status=422, kind="unstorable-value")
