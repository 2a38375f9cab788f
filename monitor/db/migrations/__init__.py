"""The history of the schema, and the one call that brings a store up to date.

``alembic`` is loaded only where there is something to do: its import costs 0.2 s.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from monitor.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The newest revision; a test holds it equal to the newest file in ``versions``."""

FOLDER = Path(__file__).parent


def revision(connection: Connection) -> str | None:
    """Return the revision of the stored schema, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Bring the schema up to date inside the caller's transaction; StoreError for a newer schema."""
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    present = revision(connection)
    if present is not None and present not in {
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    }:
        raise StoreError(
            f"The store was written by a newer version of this program (schema {present}; this one knows "
            f"{HEAD}). Update the program, or use another storage directory."
        )
    command.upgrade(config, to)


def configuration(connection: Connection) -> Config:
    """Return alembic's settings for a connection: no file, nothing but where the scripts are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
