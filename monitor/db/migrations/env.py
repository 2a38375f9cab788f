"""Alembic's entry: runs the migrations on the connection `monitor.db.migrations.upgrade` hands over."""

from alembic import context

from monitor.db.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
