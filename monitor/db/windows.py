"""Windows of the past: what backfill has asked for, and how far it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from monitor.db import tables as t
from monitor.db.bulk import insert_new
from monitor.db.records import WindowRecord, WindowState

_W = t.backfill_window.c


def windows(connection: Connection, source_id: str | None, provider: str | None) -> list[WindowRecord]:
    """Return windows by source, provider and start."""
    query = select(t.backfill_window).order_by(_W.source_id, _W.provider, _W.start_at, _W.end_at)
    if source_id is not None:
        query = query.where(_W.source_id == source_id)
    if provider is not None:
        query = query.where(_W.provider == provider)
    found = []
    for row in connection.execute(query).mappings():
        values = dict(row)
        values["start"], values["end"] = values.pop("start_at"), values.pop("end_at")
        values["state"] = WindowState(values["state"])
        found.append(WindowRecord(**values))
    return found


def put(connection: Connection, records: Sequence[WindowRecord]) -> int:
    """Add windows not yet there; return how many were new."""
    before = _count(connection)
    columns = tuple(column.name for column in t.backfill_window.columns if column.name != "id")
    rows = [
        [
            {"start_at": record.start, "end_at": record.end, "state": WindowState(record.state).value}.get(
                name, getattr(record, name, None)
            )
            for name in columns
        ]
        for record in records
    ]
    insert_new(connection, t.backfill_window, columns, rows)
    return _count(connection) - before


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(t.backfill_window)).scalar_one())


def set_state(
    connection: Connection,
    window_id: int,
    state: str,
    requests: int,
    items: int,
    cursor: str,
    detail: str,
    at: datetime,
) -> None:
    """Record how far a window is."""
    connection.execute(
        update(t.backfill_window)
        .where(_W.id == window_id)
        .values(
            state=WindowState(state).value,
            requests=requests,
            items=items,
            cursor=cursor,
            detail=detail,
            updated_at=at,
        )
    )
