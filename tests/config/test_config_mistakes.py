"""Every mistake is found in one go, with file, line, key and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import load, parse
from monitor.errors import ConfigurationError

NOWHERE = Path("/nowhere/sources.toml")
SOURCE = '[[source]]\nid = "a"\nurl = "https://outlet.example/rss"\n'


def mistakes(text, **env):
    """Return the mistakes of a text as (line, key, message)."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text, NOWHERE, {"TZ": "UTC", **env})
    assert all(m.file == str(NOWHERE) for m in caught.value.mistakes)
    return [(m.line, m.key, m.message) for m in caught.value.mistakes]


def only(text, **env):
    """Return the one mistake of a text."""
    found = mistakes(text, **env)
    assert len(found) == 1, found
    return found[0]


def test_all_mistakes_at_once_in_file_order():
    found = mistakes(
        '[monitor]\nzone = "Asia/Tokio"\npersonal = true\n\n'
        '[digest]\nat = ["7 am"]\n\n'
        '[[source]]\nid = "A B"\nurl = "outlet"\npoll_minutes = "30"\nenabeld = true\n'
    )
    assert [(line, key) for line, key, _ in found] == [
        (2, "monitor.zone"),
        (3, "monitor.personal"),
        (6, "digest.at"),
        (9, "source[0].id"),
        (10, "source[0].url"),
        (11, "source[0].poll_minutes"),
        (12, "source[0].enabeld"),
    ]
    assert 'did you mean "enabled"?' in found[-1][2]
    assert "expected a whole number, found text" in found[-2][2]


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ("[moniter]\n", 1, "moniter", "monitor"),
        ("[[sources]]\n", 1, "sources", "source"),
        ("[monitor]\nContact = ''\n", 2, "monitor.Contact", "contact"),
        ("[monitor]\ndata_base = ''\n", 2, "monitor.data_base", "database"),
        ("[topic]\nfil = ''\n", 2, "topic.fil", "file"),
        ("[fetch]\nallow_privat = []\n", 2, "fetch.allow_privat", "allow_private"),
        ("[digest]\nwhen_emtpy = 'send'\n", 2, "digest.when_emtpy", "when_empty"),
        ("[[digest.to]]\nkind = 'file'\nadress = 'x'\n", 3, "digest.to[0].adress", "address"),
        ("[[digest.to]]\nkind='file'\nonly = { thread = [] }\n", 3, "digest.to[0].only.thread", "threads"),
        ("[alerts]\nkind = []\n", 2, "alerts.kind", "kinds"),
        ("[smtp]\nhost='h.example'\nfrom='a@h.example'\nsecurty='tls'\n", 4, "smtp.securty", "security"),
        ("[web]\nlisten_on = ''\n", 2, "web.listen_on", "listen"),
        (SOURCE + "poll_minute = 60\n", 4, "source[0].poll_minute", "poll_minutes"),
        (SOURCE + "selectors = [{ bodi = 'p', title = 'h1' }]\n", 4, "source[0].selectors[0].bodi", "body"),
        (
            SOURCE
            + "[[source.backfill]]\nprovider = 'sitemap'\nurl = 'https://o.example/s.xml'\nmax_page = 3\nfist = 1\n",
            7,
            "source[0].backfill[0].max_page",
            "",
        ),
        (
            SOURCE + "[[source.backfill]]\nprovider = 'paged'\nurl = 'https://o.example/{n}'\nmax_page = 3\n",
            7,
            "source[0].backfill[0].max_page",
            "max_pages",
        ),
    ],
)
def test_unknown_keys_at_every_level_name_the_nearest_known_one(text, line, key, near):
    found = mistakes(text)[0]
    assert found[:2] == (line, key)
    assert "unknown key" in found[2]
    assert not near or f'did you mean "{near}"?' in found[2]


def test_a_key_in_the_wrong_table_is_told_where_it_belongs():
    assert only('zone = "UTC"\n')[2] == "unknown key here; it belongs in [monitor] or [[digest.to]]"
    assert "[fetch]" in only("[monitor]\narticle_gap_s = 2\n")[2]


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("monitor = 3\n", "monitor", "expected a table, [monitor], found a whole number"),
        ("[source]\nid = 'a'\n", "source", "[[source]]"),
        ("source = ['x']\n", "source[0]", "expected a table, found text"),
        ("[monitor]\npersonal_use = 'yes'\n", "monitor.personal_use", "expected true or false"),
        ("[monitor]\npersonal_use = 1\n", "monitor.personal_use", "expected true or false"),
        ("[fetch]\narticle_gap_s = true\n", "fetch.article_gap_s", "expected a number, found true/false"),
        ("[fetch]\narticle_gap_s = -1\n", "fetch.article_gap_s", "out of range"),
        ("[fetch]\narticle_gap_s = nan\n", "fetch.article_gap_s", "out of range"),
        ("[fetch]\nallow_private = ['http://x/']\n", "fetch.allow_private", "is no host"),
        ("[fetch]\nallow_private = [3]\n", "fetch.allow_private[0]", "expected text"),
        ("[digest]\nat = []\n", "digest.at", "at least one time"),
        ("[digest]\nat = ['24:00']\n", "digest.at", "HH:MM"),
        ("[digest]\nat = ['7:00']\n", "digest.at", "HH:MM"),
        ("[digest]\ndays = 'sometimes'\n", "digest.days", "is none of"),
        ("[digest]\nbaseline = '26.11.2026'\n", "digest.baseline", "YYYY-MM-DD"),
        ("[digest]\nheartbeat_url = 'x'\n", "digest.heartbeat_url", "http"),
        ("[[digest.to]]\naddress = 'x'\n", "digest.to[0].kind", "is missing"),
        ("[[digest.to]]\nkind = 'mail'\n", "digest.to[0].kind", 'did you mean "email"?'),
        ("[[digest.to]]\nkind = 'stdout'\naddress = 'x'\n", "digest.to[0].address", "takes no address"),
        ("[[digest.to]]\nkind = 'file'\nlanguage = 'de'\n", "digest.to[0].language", "is none of"),
        ("[[digest.to]]\nkind = 'file'\nzone = 'Mars'\n", "digest.to[0].zone", "no time zone"),
        (
            "[[digest.to]]\nkind = 'apprise'\naddress = '$NO_SUCH'\n",
            "digest.to[0].address",
            "does not set NO_SUCH",
        ),
        ("[[digest.to]]\nkind = 'file'\n[[digest.to]]\nkind = 'file'\n", "digest.to[1]", "recipient already"),
        ("[topic]\nfile = 'none.toml'\n", "topic.file", "there is no file"),
        ("[monitor]\ncontact = 'me'\n", "monitor.contact", "neither a mail address"),
        ('[monitor]\ncontact = "a@b.example\\r\\nX: 1"\n', "monitor.contact", "control characters"),
        ("[monitor]\ndatabase = 'mysql://x/y'\n", "monitor.database", "postgresql://"),
        ("[web]\nlisten = '8000'\n", "web.listen", "127.0.0.1:8000"),
        ("[alerts]\nkinds = ['talk']\n", "alerts.kinds", 'did you mean "talks"?'),
        ("[alerts]\nkinds = []\n", "alerts.kinds", "remove the table"),
        (
            "[[digest.to]]\nkind = 'file'\nonly = { country = ['Japan'] }\n",
            "digest.to[0].only.country",
            '"JP"',
        ),
        ("[[digest.to]]\nkind = 'file'\nonly = { lang = ['English'] }\n", "digest.to[0].only.lang", '"en"'),
        (
            "[[digest.to]]\nkind = 'file'\nonly = { threads = [] }\n",
            "digest.to[0].only.threads",
            "leave it out",
        ),
        ("[smtp]\nhost = 'h.example'\n", "smtp.from", "is missing"),
        ("[smtp]\nhost = 'https://h.example'\nfrom = 'a@h.example'\n", "smtp.host", "without scheme"),
        ("[web]\nlisten = 'localhost'\n", "web.listen", "127.0.0.1:8000"),
        ("[web]\nlisten = 'localhost:70000'\n", "web.listen", "127.0.0.1:8000"),
        ("[smtp]\nhost = 'h.example'\nfrom = 'monitor'\n", "smtp.from", "no mail address"),
        ("[smtp]\nhost = 'h.example'\nfrom = 'a@h.example'\nport = 99999\n", "smtp.port", "out of range"),
        ("[[source]]\nurl = 'https://o.example/'\n", "source[0].id", "is missing"),
        ("[[source]]\nid = 'a'\n", "source[0].url", "is missing"),
        ("[[source]]\nid = 'a'\nurl = ''\n", "source[0].url", "must not be empty"),
        (
            "[[source]]\nid = 'a'\nurl = 'https://u:p@o.example/'\n",
            "source[0].url",
            "must not carry a user name",
        ),
        ("[[source]]\nid = 'a'\nurl = 'https://o.example:99999/'\n", "source[0].url", "no valid address"),
        ("[[source]]\nid = 'a'\nurl = 'https://o .example/'\n", "source[0].url", "no valid address"),
        ("[[source]]\nid = 'a'\nurl = 'file:///etc/passwd'\n", "source[0].url", "http"),
        (SOURCE + "lang = 'japanese'\n", "source[0].lang", "language code"),
        (SOURCE + "country = 'jp'\n", "source[0].country", "in capitals"),
        (SOURCE + "kind = 'rss'\n", "source[0].kind", "is none of"),
        (SOURCE + "terms = 'private'\n", "source[0].terms", "is none of"),
        (SOURCE + "robots = 'obey'\n", "source[0].robots", "is none of"),
        (SOURCE + "affiliation = 'states'\n", "source[0].affiliation", 'did you mean "state"?'),
        (SOURCE + "tz_fix = 'MSK+3'\n", "source[0].tz_fix", "+03:00"),
        (SOURCE + "window_hours = 'a day'\n", "source[0].window_hours", "expected a number"),
        (SOURCE + "poll_minutes = 14\n", "source[0].poll_minutes", "fast = true"),
        (SOURCE + "poll_minutes = 0\n", "source[0].poll_minutes", "out of range"),
        (
            SOURCE + "poll_minutes = 30.5\n",
            "source[0].poll_minutes",
            "expected a whole number, found a number",
        ),
        (SOURCE + "selectors = [{}]\n", "source[0].selectors[0].body", "names nothing"),
        (
            SOURCE + "selectors = [{body='p', valid_from='soon'}]\n",
            "source[0].selectors[0].valid_from",
            "YYYY-MM-DD",
        ),
        (SOURCE + "backfill = [{url='x'}]\n", "source[0].backfill[0].provider", "is missing"),
        (SOURCE + "backfill = [{provider='sitemap'}]\n", "source[0].backfill[0].url", "is missing"),
        (
            SOURCE + "backfill = [{provider='sitemap', url='https://o.example/{day_of_week}'}]\n",
            "source[0].backfill[0].url",
            "no valid address",
        ),
        (
            SOURCE + "backfill = [{provider='paged', url='https://o.example/feed'}]\n",
            "source[0].backfill[0].url",
            "{n}",
        ),
        (
            SOURCE + "backfill = [{provider='paged', style='wordpress'}]\n",
            "source[0].backfill[0].style",
            "is none of",
        ),
    ],
)
def test_each_mistake_says_what_is_wrong(text, key, says):
    found = mistakes(text)
    assert any(place == key and says in message for _, place, message in found), found


def test_a_source_with_the_id_of_another_is_refused_at_its_line():
    assert only(SOURCE + "\n" + SOURCE)[:2] == (6, "source[1].id")


def test_fast_lifts_the_floor_of_the_interval():
    assert parse(SOURCE + "poll_minutes = 5\nfast = true\n", NOWHERE, {}).sources[0].poll_minutes == 5


def test_mail_without_smtp_is_a_mistake_at_the_recipient():
    text = '[[digest.to]]\nkind = "email"\naddress = "desk@outlet.example"\n'
    line, key, message = only(text)
    assert (line, key) == (2, "digest.to[0].kind")
    assert "[smtp]" in message


@pytest.mark.parametrize("key", ["password", "user", "token", "api_key"])
def test_secrets_in_the_file_are_refused_and_not_repeated(key):
    text = f'[smtp]\nhost = "h.example"\nfrom = "a@h.example"\n{key} = "hunter2"\n'
    line, _, message = only(text)
    assert line == 4
    assert "environment" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("url", ["postgresql://u:hunter2@h/db", "postgresql://u@h/db?password=hunter2"])
def test_a_password_in_the_database_address_is_refused_and_not_repeated(url):
    _, key, message = only(f'[monitor]\ndatabase = "{url}"\n')
    assert key == "monitor.database"
    assert "PGPASSWORD" in message
    assert "hunter2" not in message


def test_a_password_is_not_sent_in_clear():
    text = '[smtp]\nhost = "h.example"\nfrom = "a@h.example"\nsecurity = "none"\n'
    assert only(text, MONITOR_SMTP_USER="u", MONITOR_SMTP_PASSWORD="p")[1] == "smtp.security"
    local = text.replace("h.example", "127.0.0.1", 1)
    assert parse(local, NOWHERE, {"MONITOR_SMTP_USER": "u", "MONITOR_SMTP_PASSWORD": "p"}).smtp is not None


def test_one_missing_quote_does_not_hide_the_other_mistakes():
    text = '[monitor]\nzone = "Asia/Tokyo\npersonal_usse = true\n' + SOURCE + "lang = ru\nkind = 'x'\n"
    found = mistakes(text)
    assert [line for line, _, _ in found] == [2, 3, 7, 8]
    assert "a quote is not closed" in found[0][2]
    assert found[1][1] == "monitor.personal_usse"
    assert found[3][1] == "source[0].kind"


def test_a_key_on_an_unreadable_line_is_not_reported_missing_too():
    assert only('[[source]]\nid = "a"\nurl = "https://outlet.example/rss\n')[0] == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[monitor\n", 1),
        ("[monitor]\n[monitor]\n", 2),
        ('[monitor]\nzone = "UTC"\nzone = "UTC"\n', 3),
        ('x = """\nnever closed\n', 3),
        ("a = [1,\n2\n", 3),
        ("<html>\n", 1),
        ("a" * 50_000, 1),
        ("x = " + "[" * 20_000 + "\n", 1),
        ("\n".join(f"k{n} = ?" for n in range(100)), 1),
        ("\x00", 1),
    ],
)
def test_syntax_mistakes_have_their_line(text, line):
    assert mistakes(text)[0][0] == line


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigurationError, match="monitor init DIR"):
        load(tmp_path / "none.toml", {})


def test_a_directory_and_a_file_of_another_encoding_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {})
    file = tmp_path / "sources.toml"
    file.write_bytes("# \n# Мидии\n".encode("cp1251"))
    with pytest.raises(ConfigurationError, match=r"sources\.toml:2: is not UTF-8"):
        load(file, {})


def test_the_message_is_what_editors_jump_to():
    with pytest.raises(ConfigurationError) as caught:
        parse("\n[monitor]\nzone = 3\n", NOWHERE, {})
    assert (
        str(caught.value)
        == "/nowhere/sources.toml:3: monitor.zone: expected text in quotes, found a whole number"
    )


WORDS = [
    "[monitor]",
    "[[source]]",
    "[digest]",
    "[[digest.to]]",
    "[smtp]",
    "id = 'a'",
    "url = 'https://o.example'",
    "kind = 'file'",
    "at = ['x']",
    "at = [1, 07:00:00]",
    "zone = 1979-05-27",
    "only = []",
    "only = {lang = 3}",
    "backfill = [[1]]",
    "selectors = {}",
    "selectors = [{valid_from = 07:00:00}]",
    "contact = ''",
    'x = "',
    "port = 1e9",
    "source = 1",
    "]",
    "= 3",
    "poll_minutes = -3",
]


def outcome(text):
    """Return the mistakes of any text; none where it can be used."""
    try:
        parse(text, NOWHERE, {})
    except ConfigurationError as error:
        return error.mistakes
    return None


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("\n".join))
@settings(max_examples=300, deadline=None, database=None)
def test_whatever_stands_in_the_file_the_answer_is_settings_or_mistakes(text):
    found = outcome(text)
    assert found is None or found
    assert all(m.line is not None and 1 <= m.line <= text.count("\n") + 1 for m in found or ())
