"""A good file becomes typed settings: defaults, relative paths, environment, active and waiting sources."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.config import Digests, Fetching, load, parse, vocabulary
from monitor.config.machine import system_zone
from monitor.errors import ConfigurationError
from monitor.model import BackfillRoute, SourceKind, Terms

NOWHERE = Path("/nowhere/sources.toml")
SOURCE = '[[source]]\nid = "a"\nurl = "https://outlet.example/rss"\n'


def read(text, **env):
    return parse(text, NOWHERE, {"TZ": "Asia/Tokyo", **env})


def remarks(settings):
    return "\n".join(map(str, settings.warnings))


def test_an_empty_file_is_allowed_and_says_that_nothing_is_looked_at():
    settings = read("")
    assert settings.monitor.storage == Path("/nowhere/storage")
    assert settings.monitor.zone == "Asia/Tokyo"
    assert settings.digest.recipients[0].kind == "file"
    assert settings.digest.recipients[0].zone == "Asia/Tokyo"
    assert settings.fetch == Fetching()
    assert settings.digest.at == ("07:00",)
    assert (settings.smtp, settings.alerts, settings.web, settings.topic_file) == (None, None, None, None)
    assert "nothing will be looked at" in remarks(settings)


def test_every_key_of_a_source_arrives():
    source = read(
        """
        [[source]]
        id = "kremlin-ru"
        name = "Kremlin"
        url = "http://outlet.example/events/all/feed"
        lang = "ru"
        country = "RU"
        kind = "sitemap"
        poll_minutes = 10
        fast = true
        fetch_articles = false
        enabled = false
        essential = true
        affiliation = "government"
        family = "kremlin"
        tz_fix = "+03:00"
        window_hours = 4.5
        terms = "attribution"
        note = "why"
        robots = "ignore"
        selectors = [{ title = "h1", valid_until = 2026-01-01 }, { body = ".text", drop = "aside", valid_from = "2026-01-01T00:00:00+03:00" }]
        [[source.backfill]]
        provider = "paged"
        url = "http://outlet.example/events/all/feed/page/{n}"
        first = 2
        max_pages = "80"
        """
    ).sources[0]
    assert (source.id, source.name, source.lang, source.country) == ("kremlin-ru", "Kremlin", "ru", "RU")
    assert source.kind is SourceKind.SITEMAP
    assert source.terms is Terms.ATTRIBUTION
    assert (source.poll_minutes, source.fast, source.fetch_articles) == (10, True, False)
    assert (source.enabled, source.essential, source.robots) == (False, True, "ignore")
    assert (source.affiliation, source.family, source.tz_fix) == ("government", "kremlin", "+03:00")
    assert (source.window_hours, source.note) == (4.5, "why")
    assert source.selectors[0].valid_until == datetime(2026, 1, 1, tzinfo=UTC)
    assert source.selectors[1].valid_from == datetime(2025, 12, 31, 21, tzinfo=UTC)
    options = (("url", "http://outlet.example/events/all/feed/page/{n}"), ("first", "2"), ("max_pages", "80"))
    assert source.backfill == (BackfillRoute("paged", options),)


def test_a_source_needs_only_id_and_url():
    source = read(SOURCE).sources[0]
    assert (source.name, source.kind, source.poll_minutes, source.enabled) == ("a", SourceKind.FEED, 60, True)
    assert (source.terms, source.window_hours, source.selectors) == (Terms.FREE, None, ())


def test_sources_with_personal_terms_wait_until_personal_use_is_set():
    text = SOURCE + 'terms = "personal"\nlang = "ja"\nkind = "search"\n'
    waiting = read(text)
    assert [s.id for s in waiting.waiting] == ["a"]
    assert waiting.active == ()
    assert "1 sources wait for personal_use = true" in remarks(waiting)
    assert "no search is on" in remarks(waiting)
    assert "0 of 1 sources in ja are on" in remarks(waiting)
    allowed = read("[monitor]\npersonal_use = true\n" + text)
    assert [s.id for s in allowed.active] == ["a"]
    assert allowed.waiting == ()
    assert "wait" not in remarks(allowed)


def test_blocked_sources_are_never_active():
    settings = read("[monitor]\npersonal_use = true\n" + SOURCE + 'terms = "blocked"\n')
    assert settings.active == settings.waiting == ()
    assert "a is never polled" in remarks(settings)


def test_disabled_sources_are_neither_active_nor_waiting_but_known():
    settings = read(SOURCE + 'enabled = false\nterms = "personal"\n')
    assert settings.active == settings.waiting == ()
    assert settings.source("a") is settings.sources[0]
    assert settings.source("b") is None


def test_secrets_come_from_the_environment_and_are_not_printed():
    text = '[smtp]\nhost = "smtp.outlet.example"\nfrom = "Monitor <monitor@outlet.example>"\n' + SOURCE
    smtp = read(text, MONITOR_SMTP_USER="desk", MONITOR_SMTP_PASSWORD="hunter2").smtp
    assert smtp is not None
    assert (smtp.user, smtp.password, smtp.port, smtp.security) == ("desk", "hunter2", 587, "starttls")
    assert "hunter2" not in repr(smtp)
    assert "needs both" in remarks(read(text, MONITOR_SMTP_USER="desk"))


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_the_security(security, port):
    smtp = read(f'[smtp]\nhost = "h.example"\nfrom = "m@h.example"\nsecurity = "{security}"\n').smtp
    assert smtp is not None
    assert smtp.port == port


def test_recipients_inherit_times_and_zone_and_have_stable_names():
    settings = read(
        """
        [monitor]
        zone = "Europe/Riga"
        [digest]
        at = ["18:30", "07:00"]
        [[digest.to]]
        kind = "file"
        [[digest.to]]
        kind = "email"
        address = "desk@outlet.example"
        at = "06:15"
        days = "mon"
        zone = "Asia/Tokyo"
        language = "ja"
        only = { lang = ["ja", "ru"], threads = "graves" }
        [[digest.to]]
        kind = "email"
        address = "desk@outlet.example"
        role = "operator"
        [[digest.to]]
        kind = "apprise"
        address = "$DESK_CHAT"
        [smtp]
        host = "smtp.outlet.example"
        from = "monitor@outlet.example"
        """,
        DESK_CHAT="json://chat.example/token",
    )
    plain, mail, operator, chat = settings.digest.recipients
    assert (plain.id, plain.at, plain.zone, plain.address) == ("file", ("07:00", "18:30"), "Europe/Riga", "")
    assert (mail.id, mail.at, mail.days, mail.zone) == (
        "email:desk@outlet.example",
        ("06:15",),
        "mon",
        "Asia/Tokyo",
    )
    assert (mail.language, mail.only) == ("ja", (("lang", ("ja", "ru")), ("threads", ("graves",))))
    assert (operator.id, operator.role) == ("email:desk@outlet.example:operator", "operator")
    assert (chat.id, chat.address) == ("apprise:$DESK_CHAT", "json://chat.example/token")


def test_no_printed_settings_show_what_must_stay_secret():
    settings = read(
        '[digest]\nheartbeat_url = "https://switch.example/key-17"\n'
        '[[digest.to]]\nkind = "apprise"\naddress = "$DESK_CHAT"\n'
        '[smtp]\nhost = "localhost"\nfrom = "m@h.example"\n',
        DESK_CHAT="json://chat.example/key-18",
        MONITOR_DATABASE="postgresql://u:key-19@h.example/x",
        MONITOR_SMTP_USER="u",
        MONITOR_SMTP_PASSWORD="key-20",
    )
    assert settings.digest.heartbeat_url.endswith("key-17")
    assert "key-" not in repr(settings)


def test_the_name_of_an_apprise_recipient_does_not_show_its_token():
    settings = read('[[digest.to]]\nkind = "apprise"\naddress = "tgram://123:abc/45"\n')
    assert "abc" not in settings.digest.recipients[0].id
    assert "may hold a token" in remarks(settings)


@pytest.mark.parametrize("written", ['"2026-11-26"', "2026-11-26"])
def test_the_baseline_may_be_a_date_or_a_text(written):
    assert read(f"[digest]\nbaseline = {written}\n").digest.baseline == date(2026, 11, 26)
    assert read('[digest]\nbaseline = ""\n').digest.baseline is None


def test_relative_paths_are_relative_to_the_file(tmp_path):
    (tmp_path / "topic.toml").write_text("x = 1\n")
    file = tmp_path / "sources.toml"
    file.write_text(
        '[monitor]\nstorage = "data/x"\n[topic]\nfile = "topic.toml"\n[[digest.to]]\nkind = "file"\naddress = "out"\n'
    )
    settings = load(file, {})
    assert settings.path == file
    assert settings.monitor.storage == tmp_path / "data/x"
    assert settings.topic_file == tmp_path / "topic.toml"
    assert settings.digest.recipients[0].address == str(tmp_path / "out")
    assert settings.digest.recipients[0].id == "file:out"


def test_the_database_in_the_environment_wins_and_may_carry_a_password():
    text = '[monitor]\ndatabase = "postgresql://desk@db.example/monitor"\n'
    assert read(text).store == "postgresql://desk@db.example/monitor"
    assert read(text, MONITOR_DATABASE="postgresql://desk:pw@db.example/x").store.endswith("/x")
    assert read("").store == Path("/nowhere/storage")


def test_hosts_exempt_from_the_guard_may_have_a_shorter_gap_and_no_other():
    fetch = read('[fetch]\nallow_private = ["127.0.0.1:8765", "Lan.example"]\narticle_gap_s = 0.1\n').fetch
    assert fetch.gap_s("127.0.0.1", 8765) == fetch.gap_s("lan.example", 80) == 0.1
    assert fetch.gap_s("127.0.0.1", 80) == fetch.gap_s("outlet.example", 443) == 1.0
    assert Fetching().gap_s("outlet.example", 443) == 5.0
    assert "only takes effect" in remarks(read("[fetch]\narticle_gap_s = 0\n"))


def test_web_and_alerts():
    settings = read('[web]\nlisten = "0.0.0.0:9000"\n[alerts]\nkinds = ["missiles"]\n')
    assert settings.web is not None
    assert settings.alerts is not None
    assert (settings.web.host, settings.web.port) == ("0.0.0.0", 9000)
    assert (settings.alerts.kinds, settings.alerts.min_origins) == (("missiles",), 2)


def test_an_interval_longer_than_a_third_of_the_window_is_remarked_with_its_line():
    settings = read(SOURCE + "window_hours = 2\npoll_minutes = 60\n")
    remark = next(w for w in settings.warnings if w.key == "source[0].poll_minutes")
    assert remark.line == 5
    assert "every 40 minutes" in remark.message
    assert "every" not in remarks(read(SOURCE + "window_hours = 2\npoll_minutes = 40\n"))


def test_a_missing_contact_and_a_repeated_address_are_remarked():
    twice = SOURCE + SOURCE.replace('"a"', '"b"')
    assert "contact" in remarks(read(twice))
    assert "b has the same address as a" in remarks(read(twice))
    assert "contact" not in remarks(read('[monitor]\ncontact = "desk@outlet.example"\n' + SOURCE))


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path):
    file = tmp_path / "sources.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    assert load(file, {}).sources[0].id == "a"


def test_settings_cannot_be_changed():
    settings = read("")
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.monitor.contact = "x"  # type: ignore[misc]


def test_the_vocabulary_lists_settings_of_every_depth():
    words = vocabulary()
    assert {"monitor.contact", "digest.to.only.threads", "source.backfill.max_pages", "smtp.from"} <= words
    assert "source.backfill" not in words
    assert "digest.to" not in words
    fields = {field.name for field in dataclasses.fields(Digests)} - {"recipients"}
    assert {f"digest.{name}" for name in fields} <= words


def test_the_systems_zone_is_found_where_systems_keep_it(tmp_path):
    (tmp_path / "etc").mkdir()
    assert system_zone({}, tmp_path) == ""
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert system_zone({}, tmp_path) == "Asia/Tokyo"
    (tmp_path / "etc/timezone").write_text("Europe/Moscow\n")
    assert system_zone({}, tmp_path) == "Europe/Moscow"
    assert system_zone({"TZ": ":Europe/Riga"}, tmp_path) == "Europe/Riga"
    assert system_zone({"TZ": "JST-9"}, tmp_path) == "Europe/Moscow"


def test_alerts_that_would_reach_nobody_are_remarked():
    operator = '[[digest.to]]\nkind = "email"\naddress = "ops@h.example"\nrole = "operator"\n'
    smtp = '[smtp]\nhost = "h.example"\nfrom = "m@h.example"\n'
    reader = operator.replace('role = "operator"\n', "")
    assert any("alerts go to readers" in one.message for one in read("[alerts]\n" + operator + smtp).warnings)
    assert not any(
        "alerts go to readers" in one.message for one in read("[alerts]\n" + reader + smtp).warnings
    )
    assert not any("alerts go to readers" in one.message for one in read(operator + smtp).warnings)


@pytest.mark.parametrize(
    ("unsubscribe", "good"),
    [
        ("mailto:desk@h.example?subject=leave", True),
        ("https://h.example/leave?who={address}", True),
        ("http://h.example/leave", False),
        ("https://", False),
        ("desk@h.example", False),
        ("mailto:a@h.example> <x", False),
    ],
)
def test_a_way_to_leave_is_a_mail_or_an_https_address(unsubscribe, good):
    text = f'[smtp]\nhost = "h.example"\nfrom = "m@h.example"\nunsubscribe = "{unsubscribe}"\n'
    if good:
        assert read(text).smtp.unsubscribe == unsubscribe
    else:
        with pytest.raises(ConfigurationError, match="is no way to leave"):
            read(text)


def test_the_only_blank_in_a_way_to_leave_is_the_address():
    text = '[smtp]\nhost = "h.example"\nfrom = "m@h.example"\nunsubscribe = "https://h.example/{adress}"\n'
    with pytest.raises(ConfigurationError, match=r"only blank it may have is \"\{address\}\""):
        read(text)


def test_a_filter_that_no_polled_source_fits_is_remarked():
    """Its reader would hear of nothing and take that for quiet."""
    filtered = '[[digest.to]]\nkind = "file"\nonly = {{ lang = ["{}"], country = ["{}"] }}\n'
    source = '[[source]]\nid = "a"\nurl = "https://o.example/"\nlang = "ja"\ncountry = "JP"\n'
    assert 'no polled source has lang = "jp"; there are ja' in remarks(
        read(filtered.format("jp", "JP") + source)
    )
    assert 'no polled source has country = "RU"' in remarks(read(filtered.format("ja", "RU") + source))
    assert "no polled source has" not in remarks(read(filtered.format("ja", "JP") + source))
