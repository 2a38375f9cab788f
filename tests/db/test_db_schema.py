"""Migrations, tables and docs/schema.md say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from monitor.db import migrations
from monitor.db import tables as t
from monitor.db.session import connect
from monitor.db.store import Store
from monitor.errors import StoreError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"


def documented() -> dict[str, dict[str, str]]:
    """Return the tables of the page: column -> meaning."""
    found: dict[str, dict[str, str]] = {}
    table = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"### `(\w+)`", line):
            table = heading[1]
            found[table] = {}
        elif row := re.fullmatch(r"\| `(\w+)` \| (.+) \|", line):
            found[table][row[1]] = row[2]
    return found


def test_the_page_explains_every_table_and_column_in_order_and_nothing_else():
    expected = {table.name: [column.name for column in table.columns] for table in t.METADATA.tables.values()}
    assert {name: list(columns) for name, columns in documented().items()} == expected


def test_every_explanation_says_something():
    short = [
        f"{table}.{name}"
        for table, columns in documented().items()
        for name, words in columns.items()
        if len(words) < 12
    ]
    assert short == []


def test_the_migrations_give_exactly_the_tables(where):
    Store.open(where).close()
    session = connect(where, create=False)
    with session.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, t.METADATA)
        inspector = inspect(connection)
        for table in t.METADATA.tables.values():
            stored = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
            assert stored == {column.name: column.nullable for column in table.columns}
            keys = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert keys == [column.name for column in table.primary_key]
            foreign = {
                (f["constrained_columns"][0], f["referred_table"])
                for f in inspector.get_foreign_keys(table.name)
            }
            assert foreign == {(f.parent.name, f.column.table.name) for f in table.foreign_keys}
            indexes = {
                i["name"] for i in inspector.get_indexes(table.name) if not i.get("duplicates_constraint")
            }
            assert indexes == {i.name for i in table.indexes}
    session.close()
    assert differences == []


def test_partial_indexes_and_row_order_are_those_of_the_tables(tmp_path):
    """What alembic does not compare: the DDL of SQLite itself, made both ways."""

    def ddl(session):
        with session.reading() as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")).all()
        session.close()
        return {name: _normal(sql) for name, sql in rows if name != "alembic_version"}

    Store.open(tmp_path / "migrated").close()
    created = connect(tmp_path / "created", create=True)
    with created.writing() as connection:
        t.METADATA.create_all(connection)
    assert ddl(connect(tmp_path / "migrated", create=False)) == ddl(created)


def _normal(sql: str) -> str:
    words = re.sub(r"\s+", " ", sql.replace('"', ""))
    head, _, body = words.partition("(")
    parts = re.split(r", (?![^()]*\))", body.rpartition(")")[0])
    return f"{head}({sorted(part.strip() for part in parts)}){words.rpartition(')')[2]}"


def test_the_newest_migration_is_the_one_the_program_names():
    with Store.open(":memory:") as store, store._session.reading() as connection:
        scripts = ScriptDirectory.from_config(migrations.configuration(connection))
        assert scripts.get_current_head() == migrations.HEAD == store.schema_revision()


def test_a_store_opens_again_without_loading_alembic(where, tmp_path):
    import subprocess
    import sys

    Store.open(where).close()
    code = (
        "import sys; from monitor.db.store import Store; Store.open(sys.argv[1], create=False).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, where], check=False).returncode == 0


def test_a_store_of_a_newer_program_is_refused_and_left_alone(where):
    with Store.open(where) as store, store._session.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version.*9999.*Update"):
        Store.open(where)
    session = connect(where, create=False)
    with session.reading() as connection:
        assert migrations.revision(connection) == "9999"
    session.close()


def test_an_interrupted_migration_leaves_an_empty_database(where, monkeypatch):
    from monitor.db.migrations import upgrade

    def broken(connection):
        upgrade(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "upgrade", broken)
    with pytest.raises(KeyboardInterrupt):
        Store.open(where)
    monkeypatch.undo()
    session = connect(where, create=True)
    with session.reading() as connection:
        assert inspect(connection).get_table_names() == []
    session.close()
    with Store.open(where) as store:
        assert store.check() == []


def test_all_tables_can_be_dropped_again(where):
    with Store.open(where) as store, store._session.writing() as connection:
        from alembic import command

        command.downgrade(migrations.configuration(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
