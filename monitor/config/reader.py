"""From the parsed file to ``Settings``: the whole vocabulary of ``sources.toml``, one function per table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config.machine import has_library, system_zone
from monitor.config.settings import Alerts, Digests, Fetching, General, Settings, Smtp, Web
from monitor.config.tables import MAILBOX, Report, Table, host_and_port, is_host, nearest, url_fault
from monitor.model import LANGUAGES, BackfillRoute, Recipient, Selector, Source, SourceKind, Terms

POLL_FLOOR_MINUTES = 15
"""Shortest interval without ``fast`` (polling-etiquette C2)."""
POLL_DEFAULT_MINUTES = 60
"""What Feedly and Feedfetcher keep to (polling-etiquette C2)."""
POLL_CEILING_MINUTES = 7 * 24 * 60
WINDOW_SHARE = 3
"""Polling less than three times in a feed's window may lose entries when one poll fails."""

DAYS = ("daily", "weekdays", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
AFFILIATIONS = ("", "government", "official", "state", "independent")
RECIPIENT_KINDS = ("file", "stdout", "email", "apprise")
SECURITY_PORTS = {"starttls": 587, "tls": 465, "none": 25}
ALERT_KINDS = ("talks", "quotes", "missiles")
ROUTES: dict[str, tuple[str, ...]] = {
    "sitemap": ("url",),
    "paged": ("url", "style", "first", "max_pages"),
}
"""Options of each backfill provider; must agree with ``monitor/backfill``."""
PAGED_STYLES = ("paged", "rfc5005")
ELSEWHERE = {
    "contact": "[monitor]",
    "storage": "[monitor]",
    "database": "[monitor]",
    "zone": "[monitor] or [[digest.to]]",
    "personal_use": "[monitor]",
    "allow_private": "[fetch]",
    "article_gap_s": "[fetch]",
    "at": "[digest] or [[digest.to]]",
    "days": "[digest] or [[digest.to]]",
    "when_empty": "[digest]",
    "baseline": "[digest]",
    "heartbeat_url": "[digest]",
    "host": "[smtp]",
    "port": "[smtp]",
    "security": "[smtp]",
    "listen": "[web]",
    "poll_minutes": "[[source]]",
    "url": "[[source]]",
    "address": "[[digest.to]]",
    "language": "[[digest.to]] (a source has lang)",
}
"""Where a key belongs that stands in a wrong table and resembles nothing there."""


def settings(values: Mapping[str, Any], path: Path, env: Mapping[str, str], report: Report) -> Settings:
    """Return the settings that a parsed file and the environment describe; mistakes go to ``report``."""
    root = Table(report, (), values)
    monitor = _monitor(_opened(root, "monitor"), path, env)
    smtp = _smtp(root.table("smtp"), env)
    found = Settings(
        path=path,
        monitor=monitor,
        topic_file=_topic(root.table("topic"), path),
        fetch=_fetch(_opened(root, "fetch")),
        digest=_digest(_opened(root, "digest"), monitor, path, env),
        smtp=smtp,
        alerts=_alerts(root.table("alerts")),
        web=_web(root.table("web")),
        sources=_sources(root),
    )
    _mail_needs_smtp(root, found)
    _alerts_need_readers(root, found)
    _filters_let_through(root, found)
    root.close(ELSEWHERE)
    _coverage(root, found)
    return replace(found, warnings=tuple(sorted(report.warnings, key=lambda remark: remark.line or 0)))


def _opened(root: Table, key: str) -> Table:
    """Return a table that counts as empty where it is absent or mistaken."""
    return root.table(key) or Table(root.report, (key,), {})


# ------------------------------------------------------------------------------------- one function per table


def _monitor(table: Table, path: Path, env: Mapping[str, str]) -> General:
    contact = table.text("contact")
    if contact and not (MAILBOX.fullmatch(contact) or not url_fault(contact)):
        table.wrong("contact", f'"{contact}" is neither a mail address nor the address of a page')
    if contact and not contact.isascii():
        table.wrong("contact", "goes into an HTTP header and must be plain ASCII")
    if not contact:
        table.warn(
            "contact", "is not set: outlets cannot reach you; write a mail address or a page about you"
        )
    database = table.text("database")
    if database:
        _database(table, database)
    here = system_zone(env)
    if not table.values.get("zone") and not here:
        table.warn("zone", 'is not set and this system names none: times are in "UTC"')
    general = General(
        storage=_beside(path, table.text("storage", "storage") or "storage"),
        contact=contact,
        database=env.get("MONITOR_DATABASE", "") or database,
        zone=table.zone("zone", here or "UTC"),
        personal_use=table.flag("personal_use", default=False),
    )
    table.close(ELSEWHERE)
    return general


def _database(table: Table, value: str) -> None:
    try:
        parts = urlsplit(value)
        password = parts.password
    except ValueError:
        table.wrong("database", "is no valid address")
        return
    if parts.scheme not in {"postgresql", "postgres"}:
        table.wrong("database", 'must begin with "postgresql://"; for SQLite leave it out and set storage')
    if password is not None or "password=" in parts.query:
        table.wrong(
            "database",
            "must not carry a password; remove it and set PGPASSWORD in the environment, "
            "or the whole address as MONITOR_DATABASE",
        )


def _topic(table: Table | None, path: Path) -> Path | None:
    if table is None:
        return None
    name = table.text("file")
    table.close(ELSEWHERE)
    if not name:
        return None
    file = _beside(path, name)
    if not file.is_file():
        table.wrong("file", f"there is no file {file}; leave it out for the shipped topic")
    return file


def _fetch(table: Table) -> Fetching:
    usual = Fetching()
    private = table.texts("allow_private")
    for host in private:
        if host_and_port(host) is None:
            table.wrong(
                "allow_private", f'"{host}" is no host; write "name", "name:port" or an address without path'
            )
    fetching = Fetching(
        allow_private=frozenset(host.lower() for host in private),
        article_gap_s=table.number("article_gap_s", usual.article_gap_s, low=0, high=3600),
        pages_on_suspicion=table.whole("pages_on_suspicion", usual.pages_on_suspicion, low=0, high=1000),
        max_bytes=table.whole("max_bytes", usual.max_bytes, low=100_000, high=100_000_000),
    )
    if fetching.article_gap_s < 1 and not private:
        table.warn("article_gap_s", "below 1 only takes effect for hosts in allow_private; others keep 1 s")
    table.close(ELSEWHERE)
    return fetching


def _digest(table: Table, monitor: General, path: Path, env: Mapping[str, str]) -> Digests:
    at = table.clocks("at", ("07:00",))
    days = table.one_of("days", DAYS, "daily")
    base = Recipient(id="file", kind="file", at=at, days=days, zone=monitor.zone)
    written = tuple(_recipient(each, base, path, env) for each in table.tables("to"))
    _unique(
        table,
        "to",
        [r.id for r in written],
        "is a recipient already; put its times into one table: at = [...]",
    )
    digests = Digests(
        at=at,
        days=days,
        when_empty=table.one_of("when_empty", ("send", "skip"), "send"),
        baseline=table.day("baseline"),
        heartbeat_url=table.url("heartbeat_url"),
        recipients=written or (base,),
    )
    table.close(ELSEWHERE)
    return digests


def _recipient(table: Table, base: Recipient, path: Path, env: Mapping[str, str]) -> Recipient:
    kind = table.one_of("kind", RECIPIENT_KINDS, "file", required=True)
    role = table.one_of("role", ("reader", "operator"), "reader")
    written = table.text("address")
    name = _recipient_name(kind, written) + (":operator" if role == "operator" else "")
    recipient = Recipient(
        id=name,
        kind=kind,
        address=_address(table, kind, written, path, env),
        at=table.clocks("at", base.at),
        days=table.one_of("days", DAYS, base.days),
        zone=table.zone("zone", base.zone),
        language=table.one_of("language", LANGUAGES, "en"),
        role=role,
        only=_only(table.table("only")),
    )
    table.close(ELSEWHERE)
    return recipient


def _recipient_name(kind: str, address: str) -> str:
    """Return the stable id; an Apprise address may hold a token, so it is kept as a hash."""
    if not address:
        return kind
    if kind == "apprise" and not address.startswith("$"):
        return f"apprise:{hashlib.sha256(address.encode()).hexdigest()[:12]}"
    return f"{kind}:{address}"


def _address(table: Table, kind: str, written: str, path: Path, env: Mapping[str, str]) -> str:
    if kind == "email":
        if not MAILBOX.fullmatch(written):
            table.wrong("address", f'"{written}" is no mail address; write one such as "desk@example.org"')
        return written
    if kind == "apprise":
        return _apprise(table, written, env)
    if kind == "stdout" and written:
        table.wrong("address", 'the kind "stdout" takes no address; for a directory write kind = "file"')
    return str(_beside(path, written)) if kind == "file" and written else ""


def _apprise(table: Table, written: str, env: Mapping[str, str]) -> str:
    if not has_library("apprise"):
        table.wrong("kind", '"apprise" needs an extra: pip install "treaty-monitor[notify]"')
    if written.startswith("$"):
        value = env.get(written[1:], "")
        if not value:
            table.wrong("address", f"the environment does not set {written[1:]}")
        return value
    if "://" not in written:
        table.wrong(
            "address", 'is no Apprise address; write "kind://…", or "$NAME" to take it from the environment'
        )
    else:
        table.warn("address", 'may hold a token; write "$NAME" here and set NAME in the environment')
    return written


_LANG = (r"[a-z]{2,3}", 'a language code such as "en", "ru" or "ja"')
_COUNTRY = (r"[A-Z]{2}", 'a country code such as "JP" or "RU", in capitals')
_ONLY = {"lang": _LANG, "country": _COUNTRY}


def _only(table: Table | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if table is None:
        return ()
    found = [(key, table.texts(key)) for key in ("lang", "country", "threads")]
    for key, values in found:
        form, expected = _ONLY.get(key, (".+", ""))
        for value in values:
            if not re.fullmatch(form, value):
                table.wrong(key, f'"{value}" is not {expected}')
        if table.values.get(key) == []:
            table.wrong(key, "lists nothing; to filter nothing leave it out")
    table.close()
    return tuple((key, values) for key, values in found if values)


def _smtp(table: Table | None, env: Mapping[str, str]) -> Smtp | None:
    if table is None:
        return None
    for name in ("user", "username", "login", "password"):
        if name in table.values:
            table.known.add(name)
            variable = "MONITOR_SMTP_PASSWORD" if name == "password" else "MONITOR_SMTP_USER"
            table.wrong(
                name, f"secrets do not belong in this file, remove it; set {variable} in the environment"
            )
    security = table.one_of("security", SECURITY_PORTS, "starttls")
    host = table.text("host", required=True)
    if host and not is_host(host):
        table.wrong("host", f'"{host}" is no host name; write it without scheme and port')
    sender = table.text("from", required=True)
    if sender and not MAILBOX.fullmatch(parseaddr(sender)[1]):
        table.wrong("from", f'"{sender}" is no mail address; write one such as "monitor@example.org"')
    smtp = Smtp(
        host=host,
        sender=sender,
        port=table.whole("port", SECURITY_PORTS[security], low=1, high=65535),
        security=security,
        unsubscribe=_unsubscribe(table),
        user=env.get("MONITOR_SMTP_USER", ""),
        password=env.get("MONITOR_SMTP_PASSWORD", ""),
    )
    if bool(smtp.user) != bool(smtp.password):
        table.warn(
            "host", "only one of MONITOR_SMTP_USER and MONITOR_SMTP_PASSWORD is set; logging in needs both"
        )
    if smtp.password and security == "none" and host not in {"localhost", "127.0.0.1", "::1"}:
        table.wrong("security", '"none" would send the password in clear; write "starttls" or "tls"')
    table.close(ELSEWHERE)
    return smtp


def _unsubscribe(table: Table) -> str:
    """Return the address by which readers leave: mail programs ask for ``mailto:`` or ``https:``."""
    link = table.text("unsubscribe")
    kind, _, rest = link.partition(":")
    if link and (kind not in {"mailto", "https"} or not rest.strip("/") or set(link) & set(" <>,")):
        table.wrong("unsubscribe", 'is no way to leave; write "mailto:…" or "https://…"')
    elif set(link.replace("{address}", "")) & set("{}"):
        table.wrong("unsubscribe", 'the only blank it may have is "{address}": the reader\'s own address')
    return link


def _alerts(table: Table | None) -> Alerts | None:
    if table is None:
        return None
    usual = Alerts()
    kinds = table.texts("kinds", usual.kinds)
    for kind in kinds:
        if kind not in ALERT_KINDS:
            table.wrong("kinds", f'"{kind}" is none of {", ".join(ALERT_KINDS)}{nearest(kind, ALERT_KINDS)}')
    if not kinds:
        table.wrong("kinds", "lists nothing; for no alerts remove the table [alerts]")
    alerts = Alerts(
        kinds=kinds,
        min_origins=table.whole("min_origins", usual.min_origins, low=1, high=20),
        cooldown_hours=table.number("cooldown_hours", usual.cooldown_hours, low=0, high=24 * 30),
    )
    table.close(ELSEWHERE)
    return alerts


def _web(table: Table | None) -> Web | None:
    if table is None:
        return None
    usual = Web()
    written = table.text("listen", f"{usual.host}:{usual.port}")
    table.close(ELSEWHERE)
    host, port = host_and_port(written) or ("", None)
    if port is None:
        table.wrong("listen", f'"{written}" is no address to listen on; write "127.0.0.1:8000"')
        return usual
    return Web(host=host, port=port)


# ------------------------------------------------------------------------------------------- sources


def _sources(root: Table) -> tuple[Source, ...]:
    found = tuple(_source(table) for table in root.tables("source"))
    _unique(root, "source", [source.id for source in found], "is the id of another source already", key="id")
    return found


def _source(table: Table) -> Source:
    source_id = table.matching(
        "id",
        r"[a-z0-9][a-z0-9._-]*",
        'an id; use lower-case letters, digits, "-", "_" and "."',
        required=True,
    )
    source = Source(
        id=source_id,
        name=table.text("name", source_id),
        url=table.url("url", required=True),
        lang=table.matching("lang", *_LANG),
        country=table.matching("country", *_COUNTRY),
        kind=table.enum("kind", SourceKind, SourceKind.FEED),
        poll_minutes=table.whole("poll_minutes", POLL_DEFAULT_MINUTES, low=1, high=POLL_CEILING_MINUTES),
        fetch_articles=table.flag("fetch_articles", default=True),
        enabled=table.flag("enabled", default=True),
        essential=table.flag("essential", default=False),
        affiliation=table.one_of("affiliation", AFFILIATIONS, ""),
        family=table.text("family"),
        tz_fix=table.offset_or_zone("tz_fix"),
        window_hours=table.number("window_hours", 0.0, low=0, high=24 * 366) or None,
        terms=table.enum("terms", Terms, Terms.FREE),
        note=table.text("note"),
        robots=table.one_of("robots", ("respect", "ignore"), "respect"),
        fast=table.flag("fast", default=False),
        selectors=tuple(_selector(each) for each in table.tables("selectors")),
        backfill=tuple(_route(each) for each in table.tables("backfill")),
    )
    table.close(ELSEWHERE)
    _pace(table, source)
    return source


def _pace(table: Table, source: Source) -> None:
    """Report an interval that is too short for the outlet, or too long for the feed's window."""
    if source.poll_minutes < POLL_FLOOR_MINUTES and not source.fast:
        table.wrong(
            "poll_minutes",
            f"{source.poll_minutes} is under {POLL_FLOOR_MINUTES}; raise it, or set fast = true "
            "where the outlet welcomes it",
        )
    if source.terms is Terms.BLOCKED and source.enabled:
        table.warn("enabled", f'{source.id} is never polled: its terms are "blocked"')
    window_minutes = (source.window_hours or 0) * 60
    if source.enabled and window_minutes and source.poll_minutes * WINDOW_SHARE > window_minutes:
        table.warn(
            "poll_minutes",
            f"{source.id} keeps entries for {source.window_hours:g} h only; poll every "
            f"{max(1, int(window_minutes // WINDOW_SHARE))} minutes or entries may be lost",
        )


def _selector(table: Table) -> Selector:
    selector = Selector(
        title=table.text("title"),
        date=table.text("date"),
        body=table.text("body"),
        drop=table.text("drop"),
        valid_from=table.moment("valid_from"),
        valid_until=table.moment("valid_until"),
    )
    if not (selector.title or selector.date or selector.body or selector.drop):
        table.wrong("body", "names nothing to select; write at least one of title, date, body, drop")
    if selector.valid_from and selector.valid_until and selector.valid_from >= selector.valid_until:
        table.wrong("valid_until", "must be later than valid_from")
    table.close()
    return selector


def _route(table: Table) -> BackfillRoute:
    provider = table.one_of("provider", ROUTES, "", required=True)
    if not provider:
        table.known.update(name for names in ROUTES.values() for name in names)
        table.close()
        return BackfillRoute("")
    options = [(name, _option(table, name)) for name in ROUTES[provider]]
    url = dict(options)["url"]
    if provider == "sitemap" and not url:
        table.wrong(
            "url", 'is missing; write the sitemap\'s address, with {date} where it takes a day ("20261126")'
        )
    if url and url_fault(_filled(url)):
        table.wrong("url", url_fault(_filled(url)))
    if provider == "paged" and dict(options)["style"] == "" and "{n}" not in url:
        table.wrong("url", 'needs {n} where the page number stands; or set style = "paged" or "rfc5005"')
    table.close()
    return BackfillRoute(provider, tuple((name, value) for name, value in options if value))


def _option(table: Table, name: str) -> str:
    """Return one provider option as text; numbers may be written with or without quotes."""
    if name == "style":
        return table.one_of(name, PAGED_STYLES, "")
    if name in {"first", "max_pages"}:
        if isinstance(table.values.get(name), str):
            return table.matching(name, r"[1-9]\d{0,3}", "a whole number from 1 to 9999")
        return str(table.whole(name, 0, low=1, high=9999) or "")
    return table.text(name)


def _filled(template: str) -> str:
    """Return an address with its placeholders filled, for checking only."""
    for name in ("date", "year", "month", "day", "n"):
        template = template.replace("{" + name + "}", "1")
    return template.replace("{", " ").replace("}", " ")  # what is left is no placeholder we know


# ------------------------------------------------------------------------------------------- across tables


def _unique(table: Table, array: str, names: list[str], message: str, *, key: str = "") -> None:
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen and name:
            path = (*table.path, array, position, *((key,) if key else ()))
            table.report.mistake(path, f'"{name}" {message}')
        seen.add(name)


def _mail_needs_smtp(root: Table, found: Settings) -> None:
    if "smtp" in root.values:
        return
    for position, recipient in enumerate(found.digest.recipients):
        if recipient.kind == "email":
            root.report.mistake(
                ("digest", "to", position, "kind"),
                f"mail to {recipient.address} needs an [smtp] table with host and from",
            )


def _alerts_need_readers(root: Table, found: Settings) -> None:
    """Remark that alerts would reach nobody."""
    readers = [one for one in found.digest.recipients if one.role == "reader"]
    reached = any(one.kind in {"email", "apprise"} for one in readers)
    if found.alerts is not None and not reached:
        root.warn("alerts", "alerts go to readers by mail or Apprise, and there is none in [[digest.to]]")


def _filters_let_through(root: Table, found: Settings) -> None:
    """Remark on filters that no polled source fits: that reader would hear of nothing."""
    for position, recipient in enumerate(found.digest.recipients):
        for key, wanted in recipient.only:
            there = {getattr(source, key) for source in found.active} - {""} if key in _ONLY else set()
            for value in wanted if there else ():
                if value not in there:
                    said = f'no polled source has {key} = "{value}"; there are {", ".join(sorted(there))}'
                    root.report.warn(("digest", "to", position, "only", key), said)


def _coverage(root: Table, found: Settings) -> None:
    """Remark what the choice of sources leaves unseen."""
    if not found.sources:
        root.warn("source", "no source is configured: nothing will be looked at")
        return
    if found.waiting:
        names = ", ".join(source.id for source in found.waiting)
        root.report.warn(
            ("monitor", "personal_use"),
            f"{len(found.waiting)} sources wait for personal_use = true, "
            f"since their terms allow personal use only: {names}{_thin(found)}",
        )
    elif not found.active:
        root.warn("source", "no source is enabled: nothing will be looked at")
    urls: dict[str, str] = {}
    for position, source in enumerate(found.sources):
        if source.enabled and source.url in urls:
            root.report.warn(
                ("source", position, "url"), f"{source.id} has the same address as {urls[source.url]}"
            )
        elif source.enabled:
            urls[source.url] = source.id


def _thin(found: Settings) -> str:
    """Return what nobody covers while sources wait: searches, and languages of the topic."""
    thin = []
    if not any(source.kind is SourceKind.SEARCH for source in found.active):
        thin.append("no search is on, and general feeds alone carry little on the topic")
    for lang in LANGUAGES:
        waiting = sum(source.lang == lang for source in found.waiting)
        on = sum(source.lang == lang for source in found.active)
        if waiting and waiting >= on:
            thin.append(f"{on} of {on + waiting} sources in {lang} are on")
    return "; until then " + ", ".join(thin) if thin else ""


def _beside(path: Path, name: str) -> Path:
    """Return a path of the file, relative ones beside the file."""
    return (path.parent / Path(name).expanduser()).absolute()
