"""Schemas of their own in the shared PostgreSQL: `public` holds the vector extension alone, so nobody sees others' tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url, text

from haetae.store.engine import open_unlimited


@contextmanager
def own_schema(url: str, schema: str) -> Iterator[str]:
    """URL of the same database in which the empty `schema` comes first; the schema is gone afterwards."""
    admin = open_unlimited(url, application_name="tests")
    try:
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        yield make_url(url).update_query_dict({"options": f"-csearch_path={schema},public"}).render_as_string(hide_password=False)
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        admin.dispose()


def take_away_tables_of_nobody(url: str) -> list[str]:
    """The tables that `public` of the database held; they are gone now."""
    admin = open_unlimited(url, application_name="tests")
    try:
        with admin.begin() as connection:
            found = (
                connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars().all()
            )
            for name in found:
                connection.execute(text(f'DROP TABLE IF EXISTS public."{name}" CASCADE'))
    finally:
        admin.dispose()
    return list(found)
