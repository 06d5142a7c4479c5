"""What Alembic runs to make a migration, over the connection that it was handed."""

from __future__ import annotations

from alembic import context

from livetrip_bff.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can do it too, once its driver does not commit on its own.
    transactional_ddl=True,
)

with context.begin_transaction():
    context.run_migrations()
