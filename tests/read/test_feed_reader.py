"""One document and the records it must give, for each rule of reading feeds."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime

import pytest

from monitor.model import FeedFormat, FeedHints
from monitor.read import entries, feed

NOW = datetime(2026, 11, 26, tzinfo=UTC)
URL = "https://news.example.org/feeds/all.xml"


def read(document, **options):
    body = document if isinstance(document, bytes) else document.encode()
    given = {"url": URL, "content_type": "", "headers": {}, "tz_fix": "", "now": NOW} | options
    return feed.read(body, **given)


def rss(*items, head="", attributes=""):
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<rss version="2.0" {attributes}><channel><title>Invented Press</title>{head}{inner}</channel></rss>'
    )


def one(item, **options):
    found = read(rss(item), **options)
    assert len(found.entries) == 1
    return found.entries[0]


# ------------------------------------------------------------------------------------- formats


def test_rss_2_gives_every_field():
    found = read(
        rss(
            '<guid isPermaLink="false">p-17</guid><link>/a/17?utm_source=rss</link><title>Harbour &amp; ice</title>'
            "<description>&lt;p&gt;The &lt;b&gt;icebreaker&lt;/b&gt; left.&lt;/p&gt;</description>"
            "<pubDate>Wed, 25 Nov 2026 16:20:00 JST</pubDate><author>desk@example.org (Invented Desk)</author>",
            head="<language>en-GB</language>",
        )
    )
    assert (found.format, found.title, found.lang, found.note) == (FeedFormat.RSS, "Invented Press", "en", "")
    entry = found.entries[0]
    assert entry.key == "g:p-17"
    assert entry.guid == "p-17"
    assert entry.url == "https://news.example.org/a/17?utm_source=rss"
    assert entry.title == "Harbour & ice"
    assert entry.summary == "The icebreaker left."
    assert entry.content == ""
    assert entry.published.at == datetime(2026, 11, 25, 7, 20, tzinfo=UTC)
    assert entry.published.zone == "+09:00"
    assert entry.lang == "en"
    assert "Invented Desk" in entry.author
    assert len(entry.content_hash) == 32


def test_atom_gives_every_field():
    found = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ru" xml:base="https://base.example.org/x/">'
        '<title>Лента</title><link rel="self" href="all.atom"/><link rel="next" href="?page=2"/>'
        '<entry xml:base="y/"><id>urn:1</id><title type="html">Порт &lt;i&gt;открыт&lt;/i&gt;</title>'
        '<link rel="alternate" href="17.html"/><summary>Кратко.</summary>'
        "<published>2026-11-25T16:20:00+03:00</published><updated>2026-11-25T18:00:00+03:00</updated>"
        "<author><name>Иван Выдуманный</name></author></entry></feed>"
    )
    assert (found.format, found.lang, found.title) == (FeedFormat.ATOM, "ru", "Лента")
    assert found.links == (
        ("self", "https://base.example.org/x/all.atom"),
        ("next", "https://base.example.org/x/?page=2"),
    )
    entry = found.entries[0]
    assert (entry.key, entry.url) == ("g:urn:1", "https://base.example.org/x/y/17.html")
    assert (entry.title, entry.summary, entry.author) == ("Порт открыт", "Кратко.", "Иван Выдуманный")
    assert entry.published.at == datetime(2026, 11, 25, 13, 20, tzinfo=UTC)
    assert entry.updated.at == datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def test_rdf_gives_identity_from_about_and_date_from_dublin_core():
    found = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"><title>官報</title>'
        "<dc:language>ja</dc:language></channel>"
        '<item rdf:about="https://gov.example.jp/1"><title>港の工事</title><link>https://gov.example.jp/1</link>'
        "<dc:date>2026-11-25T16:20:00+09:00</dc:date></item></rdf:RDF>"
    )
    assert (found.format, found.lang) == (FeedFormat.RDF, "ja")
    assert found.entries[0].key == "g:https://gov.example.jp/1"
    assert found.entries[0].published.at == datetime(2026, 11, 25, 7, 20, tzinfo=UTC)


def test_rss_091_with_a_doctype_and_no_guid_is_read_without_network():
    found = read(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "http://dtd.example.org/rss.dtd">'
        '<rss version="0.91"><channel><title>t</title><item><title>Ferry</title>'
        "<link>https://example.org/ferry</link></item></channel></rss>"
    )
    assert found.entries[0].key == "u:https://example.org/ferry"


def test_json_feed_gives_the_same_records():
    found = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1", "title": "Invented", "language": "en-US",
                "feed_url": "https://example.org/f.json", "next_url": "https://example.org/f2.json",
                "items": [
                    {
                        "id": 7, "url": "/j/7", "title": "Ferry <b>sails</b>",
                        "content_html": "<p>" + "One long story about a ferry. " * 30 + "</p>",
                        "summary": "It sails.", "date_published": "2026-11-25T16:20:00+09:00",
                        "authors": [{"name": "A. Invented"}, {"name": "B. Invented"}],
                    },
                    {"id": "7", "title": "the same id again"},
                    {"url": "https://example.org/j/8", "content_text": "Only text."},
                    "no object",
                ],
            }
        ),
        content_type="application/feed+json",
    )  # fmt: skip
    assert (found.format, found.lang, len(found.entries)) == (FeedFormat.JSON, "en", 2)
    first, second = found.entries
    assert (first.key, first.url, first.title) == ("g:7", "https://news.example.org/j/7", "Ferry sails")
    assert first.content.startswith("One long story")
    assert (first.summary, first.author) == ("It sails.", "A. Invented, B. Invented")
    assert (second.key, second.title) == ("u:https://example.org/j/8", "Only text.")
    assert ("next", "https://example.org/f2.json") in found.links


def test_a_polled_sitemap_gives_its_pages_as_entries():
    found = read(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        "<url><loc>https://example.org/1</loc><n:news><n:publication_date>2026-11-25T10:00:00Z</n:publication_date>"
        "<n:title>Ferry</n:title></n:news></url><url><loc>/2</loc><lastmod>2026-11-24</lastmod></url></urlset>"
    )
    assert found.format is FeedFormat.SITEMAP
    assert [(entry.key, entry.title, entry.published.weak) for entry in found.entries] == [
        ("u:https://example.org/1", "Ferry", ""),
        ("u:https://news.example.org/2", "", "no_time"),
    ]


# ------------------------------------------------------------------------------------ identity


def test_identity_is_guid_else_link_else_content():
    found = read(
        rss(
            "<guid>urn:a</guid><link>https://example.org/a</link><title>A</title>",
            "<link>https://example.org/b?utm_source=x</link><title>B</title>",
            "<title>C</title><description>Text of c.</description>",
        )
    )
    keys = [entry.key for entry in found.entries]
    assert keys[:2] == ["g:urn:a", "u:https://example.org/b?utm_source=x"]
    assert keys[2] == "h:" + found.entries[2].content_hash


def test_one_guid_twice_is_one_entry_and_says_so_when_the_links_differ():
    found = read(
        rss(
            "<guid>g1</guid><link>https://example.org/1</link><title>First</title>",
            "<guid>g1</guid><link>https://example.org/2</link><title>Second</title>",
        )
    )
    assert [entry.title for entry in found.entries] == ["First"]
    assert "repeat the guid" in found.note


def test_two_guids_with_one_link_stay_two_entries():
    found = read(
        rss(
            "<guid>g1</guid><link>https://example.org/1</link><title>Same</title>",
            "<guid>g2</guid><link>https://example.org/1</link><title>Same</title>",
        )
    )
    assert [entry.key for entry in found.entries] == ["g:g1", "g:g2"]


def test_a_changed_text_changes_the_content_hash_and_not_the_key():
    before = one("<guid>g</guid><title>Talks today</title>")
    after = one("<guid>g</guid><title>Talks tomorrow</title>")
    assert before.key == after.key
    assert before.content_hash != after.content_hash
    assert before == one("<guid>g</guid><title>Talks today</title>")


def test_a_guid_that_is_no_address_is_no_link():
    assert one("<guid>12345</guid><title>A</title>").url is None
    assert one("<guid>https://example.org/p</guid><title>A</title>").url == "https://example.org/p"


def test_very_long_guids_give_short_keys_that_still_differ():
    found = read(
        rss(f"<guid>{'x' * 5000}1</guid><title>A</title>", f"<guid>{'y' * 5000}</guid><title>B</title>")
    )
    assert len({entry.key for entry in found.entries}) == 2
    assert all(len(entry.key) < 600 for entry in found.entries)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/", "not a url",
             "https://user:pw@example.org/x", "http://example.org:99999/", "https://exa mple.org/a b"],
)  # fmt: skip
def test_links_that_nobody_should_follow_are_dropped_and_counted(link):
    found = read(rss(f"<link>{link}</link><title>A</title>"))
    assert found.entries[0].url is None
    assert found.note.startswith("1 links")


# --------------------------------------------------------------------------------------- texts


def test_titles_are_plain_lines_of_documented_length():
    assert one("<title>&lt;b&gt;Talks&lt;/b&gt; on &amp;amp; off</title>").title == "Talks on & off"
    assert one("<title><![CDATA[<i>Ferry</i> <script>x()</script>sails]]></title>").title == "Ferry sails"
    assert one("<title>News&#13;&#10;Bcc: a@example.org</title>").title == "News Bcc: a@example.org"
    assert len(one(f"<title>{'long ' * 100_000}</title>").title) <= entries.MAX_TITLE


def test_a_missing_title_is_derived_from_the_text():
    entry = one("<description>A ferry sailed north. " + "It was cold. " * 30 + "</description>")
    assert entry.title.startswith("A ferry sailed north.")
    assert len(entry.title) <= entries.DERIVED_TITLE


def test_summary_and_content_are_told_apart():
    long = "".join(
        f"<p>Paragraph {n} says something new about the harbour and its ice.</p>" for n in range(30)
    )
    full = one(
        f"<title>t</title><description>Short.</description><content:encoded><![CDATA[{long}]]></content:encoded>"
        .replace("content:encoded", "c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'", 1)
        .replace("</content:encoded>", "</c:encoded>")
    )  # fmt: skip
    assert (full.summary, full.content.count("\n\n")) == ("Short.", 29)
    assert one(f"<title>t</title><description><![CDATA[{long}]]></description>").content.startswith(
        "Paragraph 0"
    )
    assert one("<title>t</title><description>Short.</description>").summary == "Short."


def test_a_summary_that_repeats_the_title_is_none():
    entry = one("<title>Ferry sails</title><description>Ferry sails</description>")
    assert entry.summary == ""


def test_an_aggregators_outlet_is_kept_and_taken_off_the_title():
    entry = one(
        "<title>Ferry sails north - Invented Gazette</title><guid>x</guid>"
        '<source url="https://gazette.example.org">Invented Gazette</source>'
        '<description>&lt;a href="https://a.example.org"&gt;Ferry sails north&lt;/a&gt;&amp;nbsp;&amp;nbsp;'
        "&lt;font&gt;Invented Gazette&lt;/font&gt;</description>"
    )
    assert entry.title == "Ferry sails north"
    assert (entry.origin_name, entry.origin_url) == ("Invented Gazette", "https://gazette.example.org")
    assert entry.summary == ""


def test_a_dash_before_another_name_stays_in_the_title():
    entry = one('<title>Ferry - late</title><source url="https://g.example.org">Gazette</source>')
    assert entry.title == "Ferry - late"


# --------------------------------------------------------------------------------------- times


def test_zone_less_times_take_the_zone_of_the_language():
    item = "<title>t</title><pubDate>2026-11-25 16:20</pubDate>"
    assert read(rss(item, head="<language>ja</language>")).entries[0].published.zone == "+09:00"
    assert read(rss(item, head="<language>ru</language>")).entries[0].published.zone == "+03:00"
    assert read(rss(item)).entries[0].published.weak == "no_zone"


def test_a_zone_fix_reaches_the_entries():
    entry = one("<title>t</title><pubDate>Wed, 25 Nov 2026 16:20:00 +0400</pubDate>", tz_fix="+03:00")
    assert (entry.published.at, entry.published.weak) == (
        datetime(2026, 11, 25, 13, 20, tzinfo=UTC),
        "zone_replaced",
    )


def test_only_an_update_time_stands_for_publication_too():
    entry = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>t</title>'
        "<updated>2026-11-25T10:00:00Z</updated></entry></feed>"
    ).entries[0]
    assert entry.published == entry.updated
    assert entry.published.at is not None


# --------------------------------------------------------------------------------------- limits


def test_the_newest_entries_are_kept_when_there_are_too_many():
    count = entries.MAX_ENTRIES + 500
    items = [
        f"<guid>{n}</guid><title>n{n}</title><pubDate>{datetime.fromtimestamp(1_790_000_000 + n, UTC).isoformat()}</pubDate>"
        for n in range(count)
    ]
    found = read(rss(*items))
    assert found.capped
    assert len(found.entries) == entries.MAX_ENTRIES
    assert found.entries[0].guid == "500"
    assert found.entries[-1].guid == str(count - 1)


def test_without_dates_the_first_entries_are_kept():
    found = read(rss(*(f"<guid>{n}</guid><title>n</title>" for n in range(entries.MAX_ENTRIES + 5))))
    assert (found.entries[0].guid, found.entries[-1].guid) == ("0", str(entries.MAX_ENTRIES - 1))


@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_element_with_forty_thousand_attributes_is_refused_cheaply(quote):
    wall = " ".join(f"a{n}={quote}>{quote}" for n in range(40_000))
    started = time.process_time()
    found = read(f'<rss version="2.0"><channel><item {wall}><title>t</title></item></channel></rss>')
    assert found.format is FeedFormat.NOT_A_FEED
    assert "attributes" in found.note
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "shape",
    [
        '<a x="' * 200_000,
        "<![CDATA[" * 200_000,
        "<!--" * 200_000,
        "<!DOCTYPE r [" + "<!ENTITY a 'b'>" * 20_000,
        "&" * 500_000,
        "</item>" * 100_000,
        "<rss " * 100_000,
        "<skipHours>" * 50_000,
    ],
)
def test_shapes_that_invite_quadratic_work_stay_linear(shape):
    started = time.process_time()
    read(f'<rss version="2.0"><channel>{shape}')
    read(shape)
    assert time.process_time() - started < 8.0


def test_entities_are_never_expanded_into_bombs():
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    found = read(
        f'<!DOCTYPE rss [<!ENTITY a0 "ha">{levels}<!ENTITY big "{"x" * 10_000}">]>'
        + rss("<guid>1</guid><title>[&a9;][&big;]</title>")
    )
    assert len(found.entries[0].title) < 100


def test_a_local_file_named_by_an_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOPSECRET")
    found = read(
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>' + rss("<guid>1</guid><title>[&x;]</title>")
    )
    assert "TOPSECRET" not in found.entries[0].title


def test_a_short_declared_entity_is_its_text():
    found = read(
        '<!DOCTYPE rss [<!ENTITY co "Invented &#38; Sons">]>' + rss("<guid>1</guid><title>&co; sail</title>")
    )
    assert found.entries[0].title in {"Invented & Sons sail", "&co; sail"}


# --------------------------------------------------------------------------- broken but readable


@pytest.mark.parametrize(
    ("document", "title"),
    [
        ("\n <!-- cached -->\n<?xml version='1.0'?>" + rss("<guid>1</guid><title>A</title>"), "A"),
        ("<br /><b>Warning</b>: x in <b>a.php</b><br />" + rss("<guid>1</guid><title>A</title>"), "A"),
        (rss("<guid>1</guid><title>A</title>") + "<!-- 0.1s --><script>x</script>", "A"),
        (rss("<guid>1</guid><title>A</title>") + rss("<guid>2</guid><title>B</title>"), "A"),
        (rss("<guid>1</guid><title>Ice &nbsp;&mdash; wind</title>"), "Ice — wind"),
        (rss("<guid>1</guid><title>Fish & chips</title>"), "Fish & chips"),
        (rss("<guid>1</guid><title>bell\x07 nul\x00</title>"), "bell nul"),
        (rss("<guid>1</guid><title>Bad &#xD83D; ref &#0;</title>"), "Bad ref"),
        (rss("<guid>1</guid><title>\x1b[31mred</title>"), "red"),
        (rss("<guid>1</guid><title>a</title><x:y>unbound</x:y>"), "a"),
    ],
)
def test_daily_breakage_is_mended(document, title):
    found = read(document)
    assert [entry.title for entry in found.entries] == [title]


def test_a_cut_document_gives_its_complete_entries_alone():
    whole = rss(
        "<guid>1</guid><title>One</title>",
        "<guid>2</guid><title>Two</title>",
        "<guid>3</guid><title>Three</title>",
    )
    for place in range(whole.index("<item>"), len(whole) - len("</rss>")):
        found = read(whole[:place])
        assert found.cut_off
        assert [entry.title for entry in found.entries] == ["One", "Two", "Three"][
            : whole[:place].count("</item>")
        ]
        assert found.format is FeedFormat.RSS
    assert not read(whole).cut_off


def test_a_closing_tag_inside_cdata_does_not_end_the_document():
    found = read(
        rss(
            "<guid>1</guid><title>A</title><description><![CDATA[</item></rss>]]></description>",
            "<guid>2</guid>",
        )
    )
    assert len(found.entries) == 2
    assert not found.cut_off


def test_a_gzip_file_is_unpacked_once_and_a_bomb_is_bounded():
    assert len(read(gzip.compress(rss("<guid>1</guid>").encode())).entries) == 1
    assert read(gzip.compress(b" " * 200_000_000)).format is FeedFormat.NOT_A_FEED
    assert read(b"\x1f\x8bdamaged").format is FeedFormat.NOT_A_FEED


# --------------------------------------------------------------------------------------- no feed


@pytest.mark.parametrize(
    ("document", "note"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("<html><body><h1>502 Bad Gateway</h1></body></html>", "web page"),
        ("<!DOCTYPE html><head></head>", "web page"),
        ('{"error": "not allowed"}', "no list of items"),
        ('{"items": [1, 2]}', "not a JSON Feed"),
        ("{broken", "broken JSON"),
        ("[" * 200_000, "broken JSON"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "neither"),
        ("just words", "neither"),
        ('<opml version="1.0"><body/></opml>', "OPML"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "neither"),
    ],
)
def test_what_is_no_feed_says_why(document, note):
    found = read(document)
    assert found.format is FeedFormat.NOT_A_FEED
    assert note in found.note
    assert found.entries == ()


def test_a_feed_without_items_is_healthy_and_empty():
    found = read(rss())
    assert (found.format, found.entries, found.note) == (FeedFormat.RSS, (), "")


def test_a_page_names_its_feeds():
    found = read(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        '<link rel="alternate" type="application/feed+json" href="https://example.org/f.json">'
        '<link rel="alternate" hreflang="ja" href="/ja"><link rel="alternate" type="application/rss+xml" '
        'href="javascript:x"></head>'
    )
    assert found.discovered == ("https://news.example.org/rss.xml", "https://example.org/f.json")


def test_a_feed_inside_a_page_is_read():
    found = read("<html><body>" + rss("<guid>1</guid><title>A</title>") + "</body></html>")
    assert [entry.title for entry in found.entries] == ["A"]


# ---------------------------------------------------------------------------------------- hints


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("<ttl>90</ttl>", FeedHints(ttl_minutes=90)),
        ("<ttl>-5</ttl>", FeedHints()),
        ("<ttl>soon</ttl>", FeedHints()),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", FeedHints(sy_period_s=1800)),
        ("<sy:updatePeriod>Weekly</sy:updatePeriod>", FeedHints(sy_period_s=604_800)),
        ("<sy:updateFrequency>4</sy:updateFrequency>", FeedHints(sy_period_s=21_600)),
        ("<sy:updatePeriod>often</sy:updatePeriod>", FeedHints()),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>-1</sy:updateFrequency>", FeedHints()),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", FeedHints()),
        ("<skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour><hour>x</hour></skipHours>", FeedHints(skip_hours=frozenset({0, 23}))),
        ("<SKIPHOURS><Hour>3</Hour></SKIPHOURS>", FeedHints(skip_hours=frozenset({3}))),
        ("<skipDays><day>Sunday</day><day>MONDAY</day><day>Holiday</day></skipDays>", FeedHints(skip_days=frozenset({0, 6}))),
    ],
)  # fmt: skip
def test_wishes_about_pace_are_read_and_nonsense_is_none(head, wanted):
    found = read(rss(head=head, attributes='xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'))
    assert found.hints == wanted


@pytest.mark.parametrize("prefix", ["fh", "history"])
def test_paged_and_archived_feeds_are_known(prefix):
    found = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:{prefix}="http://purl.org/syndication/history/1.0">'
        f'<{prefix}:archive/><link rel="prev-archive" href="/2026/10.atom"/><link rel="current" href="/now.atom"/></feed>'
    )
    assert found.archive
    assert not found.complete_feed
    assert ("prev-archive", "https://news.example.org/2026/10.atom") in found.links
    assert ("current", "https://news.example.org/now.atom") in found.links


def test_links_of_an_rss_channel_are_read():
    found = read(
        rss(
            head='<a:link rel="next" href="?paged=2"/><a:link rel="hub" href="https://hub.example.org/"/>',
            attributes='xmlns:a="http://www.w3.org/2005/Atom"',
        )
    )
    assert ("next", "https://news.example.org/feeds/all.xml?paged=2") in found.links
    assert ("hub", "https://hub.example.org/") in found.links


def test_the_served_language_stands_in_for_a_missing_one():
    assert read(rss("<title>t</title>"), headers={"Content-Language": "ru"}).lang == "ru"
    assert read(rss("<title>t</title>"), headers={"content-language": "ru, en"}).lang == ""
