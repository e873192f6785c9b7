"""The store: transactions over the repositories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Engine, exc
from sqlalchemy.orm import Session

from haetae.errors import Transient
from haetae.store.alerts import Alerts
from haetae.store.api_keys import ApiKeys
from haetae.store.audit import Audit
from haetae.store.cameras import Cameras
from haetae.store.circumstances import Circumstances, circumstances
from haetae.store.failures import translated
from haetae.store.interruption import Interruption
from haetae.store.outbox import Outbox
from haetae.store.partitions import ensure_days
from haetae.store.queries import Queries
from haetae.store.recordings import Recordings
from haetae.store.revisions import current_revision, is_behind, known_revisions
from haetae.store.secrets import Cipher
from haetae.store.secrets_at_rest import SecretsAtRest
from haetae.store.sightings import Sightings
from haetae.store.travel_times import TravelTimesLearned
from haetae.store.tunings import SearchTunings
from haetae.store.watch_lists import WatchLists
from haetae.store.webhooks import Webhooks
from haetae.telemetry import tracing


class Transaction:
    """The repositories within one transaction: what they write is kept together or not at all."""

    def __init__(self, session: Session, definitions: Engine, cipher: Cipher, scan_workers: int) -> None:
        self.session = session
        self.cameras = Cameras(session, cipher)
        self.recordings = Recordings(session)
        self.sightings = Sightings(session, definitions, scan_workers)
        self.queries = Queries(session)
        self.travel_times = TravelTimesLearned(session)
        self.tunings = SearchTunings(session)
        self.watch_lists = WatchLists(session)
        self.alerts = Alerts(session)
        self.outbox = Outbox(session)
        self.webhooks = Webhooks(session, cipher)
        self.secrets = SecretsAtRest(session, cipher)
        self.api_keys = ApiKeys(session)
        self.audit = Audit(session)

    def circumstances(self) -> Circumstances:
        """What decides how a query is answered besides what it asks."""
        return circumstances(self.session)


class Store:
    """PostgreSQL behind a pool. Every call raises Transient while it is away; threads may share one store."""

    def __init__(self, engine: Engine, definitions: Engine, cipher: Cipher, *, scan_workers: int) -> None:
        self._engine = engine
        self._definitions = definitions
        self._cipher = cipher
        self._scan_workers = scan_workers
        self._is_up_to_date = False  # the schema, when somebody last looked

    @contextmanager
    def begin(self, *, consistent: bool = False, interruption: Interruption | None = None) -> Iterator[Transaction]:
        """A transaction: committed when the block ends, rolled back when it raises.

        With `consistent` all its reads see the database at one instant (REPEATABLE READ). When the connection breaks during
        the commit, Transient is raised although the commit may have happened: repeat the block, its writes are idempotent.
        Another thread ends it by `interruption`; then Transient is raised, or Refused where a statement was within a budget.
        """
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ") if consistent else self._engine
        with _span(), self._transaction(engine) as transaction:
            if interruption is None:
                yield transaction
            else:
                with interruption.over(transaction.session.connection()):
                    yield transaction

    @contextmanager
    def beside(self) -> Iterator[Transaction]:
        """A transaction on a connection of its own, made and closed with it: for who must not wait until the pool has one."""
        with _span(), self._transaction(self._definitions) as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Transaction]:
        options = {"populate_existing": True}
        with self._translated(), Session(engine, expire_on_commit=False, execution_options=options) as session, session.begin():
            yield Transaction(session, self._definitions, self._cipher, self._scan_workers)

    def caller(self, token: str) -> tuple[str, str] | None:
        """The name and role of an API key's holder; None where it is nobody's. Raises Transient."""
        with self.begin() as transaction:
            return transaction.api_keys.caller(token)

    def ready(self) -> str | None:
        """None where transactions are possible and the schema is the one that this code needs; else why not."""
        try:
            found = self._revision()
        except Transient as away:
            return away.message
        self._is_up_to_date = not is_behind(found)
        return None if self._is_up_to_date else f"The database has schema {found}, this program needs {known_revisions()[0]}."

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What a statement does not find is waited for, but where the schema was known to be up to date before, and is now.

        Not knowing counts as an older schema: the migration may have ended between the statement and the look.
        """
        was_up_to_date = self._is_up_to_date

        def behind() -> bool:
            with translated(), self._definitions.connect() as connection:  # beside the pool, and after the transaction
                self._is_up_to_date = not is_behind(current_revision(connection))
            return not (was_up_to_date and self._is_up_to_date)

        with translated(behind=behind):
            yield

    def _revision(self) -> str | None:
        """The schema's. A connection that broke while nobody looked is noticed by its use, and made anew."""
        with translated():
            with self._engine.connect() as connection:
                try:
                    return current_revision(connection)
                except exc.DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
            with self._engine.connect() as connection:
                return current_revision(connection)

    def ensure_days(self, *days: date) -> None:
        """Makes the partitions of these days ahead of their first sighting."""
        with self._translated():
            ensure_days(self._definitions, days)

    def close(self) -> None:
        """Closes the pool's connections."""
        self._engine.dispose()
        self._definitions.dispose()


def _span() -> tracing.Step:
    """Of a transaction, with nothing of what it says."""
    return tracing.span("postgresql transaction", {"db.system.name": "postgresql"}, tracing.Kind.CLIENT)
