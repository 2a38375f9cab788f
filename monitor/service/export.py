"""What is stored, row by row: JSON lines, CSV and Atom, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from monitor.db.records import ExportRow

CSV_FIELDS = (
    "url",
    "final_url",
    "source",
    "lang",
    "title",
    "published",
    "first_seen",
    "relevant",
    "relation",
    "duplicate_of",
    "story",
    "reason",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def record(row: ExportRow) -> dict[str, Any]:
    """Return one entry with exactly the fields of DESIGN §6."""
    return {
        "url": row.url,
        "final_url": row.final_url,
        "source": row.source_id,
        "lang": row.lang,
        "title": row.title,
        "published": _iso(row.published),
        "first_seen": _iso(row.first_seen),
        "relevant": row.level == "relevant",
        "relation": row.relation or None,
        "duplicate_of": row.duplicate_of,
        "story": row.story,
        "novel_sentences": list(row.novel_sentences),
        "reason": row.reason,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def jsonl(rows: Iterable[ExportRow]) -> Iterator[str]:
    """Yield one JSON object a line."""
    for row in rows:
        yield json.dumps(record(row), ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[ExportRow]) -> Iterator[str]:
    """Yield CSV lines with a head; cells a spreadsheet would run as a formula begin with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_FIELDS)
    for row in rows:
        values = record(row)
        writer.writerow([_safe(values[name]) for name in CSV_FIELDS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.getvalue():
        yield buffer.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def atom(rows: Iterable[ExportRow], *, updated: datetime) -> Iterator[str]:
    """Yield an Atom feed (RFC 4287) of the relevant entries that are no copies."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield "<id>urn:treaty-monitor:export</id><title>monitor: relevant entries</title>\n"
    yield f"<updated>{_iso(updated)}</updated><author><name>monitor</name></author>\n"
    for row in rows:
        if row.level == "relevant" and row.relation not in {"copy", "update"}:
            yield _atom_entry(row)
    yield "</feed>\n"


def _atom_entry(row: ExportRow) -> str:
    link = f"<link href={quoteattr(row.url)}/>" if row.url else ""
    return (
        f"<entry><id>urn:treaty-monitor:entry:{row.entry_id}</id><title>{escape(row.title)}</title>{link}"
        f"<updated>{_iso(row.published or row.first_seen)}</updated>"
        f"<category term={quoteattr(row.relation or 'new')}/>"
        f"<summary>{escape(row.reason)}</summary></entry>\n"
    )
