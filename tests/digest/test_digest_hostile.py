"""Feed text can inject neither header, line, markup, link scheme, style nor script."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shlex
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.digest import columns, safe
from monitor.digest.build import build
from monitor.digest.deliver import message
from monitor.digest.markdown import escaped
from monitor.digest.material import Reference, Report, Revision, Said, Speaker
from monitor.digest.render import printed, render
from monitor.model import Change, Level, Quote, Relation
from tests.digest import invented
from tests.digest.invented import article, fact, judged

EVIL = [
    "x\r\nBcc: all@example.org\r\n\r\nbody",
    "=?utf-8?Q?=0D=0ABcc:_all@example.org?=",
    "<script>alert(1)</script>",
    '"><img src=https://track.example/p.gif onerror=alert(1)>',
    "<style>@import 'https://track.example/x.css'</style>",
    "</style></head><body onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %} {0.__class__} {tag}",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u2066hidden\u2069 \u200b\u200f\ufeff",
    "a\x00b\x1b[31mred\x07\x7f\x9b",
    "line\u2028two\u2029three\x85four\x0b",
    "# heading\n- item\n1. one\n> quote",
    "[click](javascript:alert(1)) ![i](https://track.example/p.gif) <https://evil.example> `code`",
    "www.evil.example https://evil.example/bare",
    "NOT SEEN\n- New: everything",
    "e" + "\u0301" * 500,
    "字" * 300 + "。" * 50,
    "w" * 300,
    "\ud800 lone surrogate \udfff",
    "",
]
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://bank.example@evil.example/",
    "https://evil.example/\r\nX: y",
    "https://evil.example/ x",
    "https:\\\\evil.example",
    "https://evil.example\\@bank.example/",
    "http://[::1",
    "https://",
    "mailto:a@example.org",
    "ht\ttps://evil.example",
    "https://e\u202evil.example/",
    "https://x.example/" + "a" * 3000,
]
text_of_feeds = st.one_of(
    st.sampled_from(EVIL),
    st.text(max_size=120),
    st.lists(st.sampled_from(EVIL), min_size=2, max_size=3).map(" ".join),
)
link_of_feeds = st.one_of(
    st.sampled_from([*LINKS, "https://ok.example/a?b=c&d=\"><script>'#f(x)"]),
    st.text(max_size=60),
    st.text(max_size=60).map(lambda t: "https://" + t),
)


class Page(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.attributes = set(), set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in {"href", "src", "action", "background", "srcset"}:
                self.links.add(value)


def hostile(text, other, url):
    one = article(1, text or "Post", text, "2026-11-25 10:00", url=url, lang=other[:8] or "en")
    quotes = (Quote(speaker=other, words=text, addressee=text, sentence=0),)
    news = judged(one, sentences=(fact(0, text, text, closest=other, ref="article:7"),), quotes=quotes,
                  threads=(text, other), reason=text, story=f"story:{text}")  # fmt: skip
    update = judged(article(2, other, other, "2026-11-25 11:00", url=url), Relation.UPDATE,
                    changes=(Change(text, other, text, text),), duplicate_of=text, duplicate_label=text)  # fmt: skip
    again = judged(article(3, other, text, "2026-11-25 11:00", url=url), Relation.RESTATEMENT, quotes=quotes)
    copy = judged(article(5, other, text, "2026-11-25 11:00", url=url), Relation.COPY, duplicate_of=text)
    near = judged(article(4, text, text, "2026-11-25 12:00", url=url), Relation.NEAR, Level.NEAR)
    base = invented.normal_day()
    source = invented.out(text or "x", "2026-11-25 18:00", url=url)
    return replace(
        base,
        articles=(news, update, again, copy, near),
        sources=(*base.sources, source, replace(source, newly_blind=False), invented.unreadable(text, url)),
        revisions=(Revision(text, other, text + "x", base.now, part=other, url=url),),
        references=(Reference("article:7", label=text, url=url), Reference(text, label=other)),
        speakers={other: Speaker(text, other, country=text)},
        labels={text: other},
        notes=(text,),
        weekly=True,
        month=(Report(base.now, text),),
        said=(
            Said(other, text, other[:3], text, base.now, addressee=other, url=url),
            Said(text, other, "", other, base.now),
        ),
        program=f"monitor --config {shlex.quote(safe.clean(text) or 'x')}",
        title=other,
        recipient=replace(base.recipient, language=("en", "ru", "ja")[len(text) % 3]),
    )


def links(data, key=""):
    """Yield every link of the JSON form, wherever it stands, but for the operator's own sources."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from links(value, name) if name != "sight" else ()
    elif isinstance(data, list):
        for value in data:
            yield from links(value, key)
    elif key in {"link", "url", "headline_link"}:
        yield key, data


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=text_of_feeds, other=text_of_feeds, url=link_of_feeds)
def test_no_text_or_link_of_a_feed_gets_out_of_its_place(text, other, url):
    rendered = render(build(hostile(text, other, url)))

    plain = printed(rendered)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in plain.replace("\n", ""))
    for line in plain.splitlines():
        assert columns.width(line) <= 72 or "://" in line or line.startswith("Subject: ")
    assert plain.count("\nNOT SEEN\n") <= 1
    assert "\n" not in rendered.subject

    page = Page()
    page.feed(rendered.html)
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "a", "br", "div", "h2", "h3", "li", "p",
                         "span", "table", "tbody", "td", "tr", "ul"}  # fmt: skip
    assert page.attributes <= {
        "lang",
        "charset",
        "name",
        "content",
        "http-equiv",
        "class",
        "style",
        "href",
        "rel",
    }
    for link in page.links:
        assert urlsplit(link).scheme in {"http", "https"}
        assert "@" not in urlsplit(link).netloc
    assert "url(" not in rendered.html.partition("<body")[0]

    for target in re.findall(r"\]\(<([^>]*)>\)|^\s*<([^>]*)>$", rendered.markdown, re.MULTILINE):
        assert urlsplit("".join(target)).scheme in {"http", "https"}
    kept = json.dumps(rendered.data, ensure_ascii=False)
    assert json.loads(kept) == rendered.data
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in kept)
    for form in (rendered.html, rendered.markdown):
        assert all(
            unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in form.replace("\n", "")
        )
    for key, link in links(rendered.data):
        assert link == "" or urlsplit(link).scheme in {"http", "https"}, key

    mail = message(rendered, sender="Monitor <m@example.org>", to="desk@example.org", message_id="<a@example.org>",
                   date=invented.DAY.end)  # fmt: skip
    back = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert set(back.keys()) == set(mail.keys())
    assert back["Bcc"] is None
    assert back["Subject"].strip() == rendered.subject
    assert back.get_body(("plain",)).get_content().replace("\r\n", "\n") == rendered.text
    assert back.get_body(("html",)).get_content().replace("\r\n", "\n") == rendered.html


@pytest.mark.parametrize("url", LINKS)
def test_a_link_that_is_not_plainly_http_is_not_shown(url):
    assert safe.link(url) == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://press.example/a", "https://press.example/a"),
        ("HTTPS://press.example/a b".replace(" ", "%20"), "https://press.example/a%20b"),
        ("https://press.example/да?q=«да»", "https://press.example/%D0%B4%D0%B0?q=%C2%AB%D0%B4%D0%B0%C2%BB"),
        ("https://press.example/(a)'\"<b>", "https://press.example/%28a%29%27%22%3Cb%3E"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://пресса.example/x", "https://пресса.example/x"),
    ],
)  # fmt: skip
def test_a_plain_link_keeps_its_meaning(url, shown):
    assert safe.link(url) == shown


def test_markup_characters_are_shown_and_not_obeyed():
    one = judged(
        article(1, "Post", "5 < 6 & <b>bold</b>", "2026-11-25 10:00"), sentences=(fact(0, "List<int> & co."),)
    )
    rendered = render(build(replace(invented.normal_day(), articles=(one,))))
    assert "5 &lt; 6 &amp; &lt;b&gt;bold&lt;/b&gt;" in rendered.html
    assert "List&lt;int&gt; &amp; co." in rendered.html
    assert 'List<int> & co."' in rendered.text


@given(st.text(max_size=200))
def test_clean_text_is_one_line_and_cleaning_it_again_changes_nothing(text):
    once = safe.clean(text)
    assert safe.clean(once) == once
    assert once == once.strip()
    assert not re.search(r"[\r\n\t\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", once)


@given(st.text(max_size=60))
def test_a_file_name_is_never_a_path_or_hidden(text):
    name = safe.file_name(text)
    assert re.fullmatch(r"[A-Za-z0-9._@-]{1,100}", name)
    assert not name.startswith(".")


@given(
    st.text(
        alphabet=st.characters(categories=["L", "N", "P", "Zs"], exclude_characters=columns.GLUE),
        max_size=300,
    ),
    st.integers(10, 72),
)
def test_wrapping_loses_no_letter_and_keeps_the_width(text, room):
    lines = columns.wrap(text, "- ", "  ", room)
    assert all(columns.width(line) <= room for line in lines)
    assert "".join(line[2:] for line in lines).replace(" ", "") == "".join(text.split())


def test_japanese_lines_end_and_begin_where_they_may():
    lines = columns.wrap("「日本語」の文章、" * 20, "", "", 20)
    assert not any(line.startswith(("、", "。", "」")) or line.endswith("「") for line in lines)


def test_a_japanese_letter_takes_two_columns_and_a_mark_none():
    assert columns.width("日本 ga") == 7
    assert columns.width("Ё") == 1
    assert columns.width("e\u0301") == 1
    assert columns.cut("日本語の文章", 7) == "日本語…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](b)", r"\[a\](b)"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("https://a.example", "https:\\//a.example"),
        ("www.a.example", r"www\.a.example"),
        ("<b>", r"\<b\>"),
    ],
)
def test_markdown_is_shown_and_not_obeyed(text, shown):
    assert escaped(text) == shown
