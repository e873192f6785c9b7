"""The history of the schema: Alembic revisions, applied by `haetae.store.migration.migrate`."""
