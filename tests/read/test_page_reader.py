"""Article pages and the records they must give: three layouts, three languages, and what must not slip in."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.model import Selector
from monitor.read import page

NOW = datetime(2026, 11, 26, tzinfo=UTC)
URL = "https://news.example.org/2026/11/harbour.html?utm_source=rss"

TEXTS = {
    "en": [
        "The invented port of Northhaven closed on Wednesday after ice had drifted into its basin overnight.",
        "Two ferries waited outside the breakwater, a spokesman of the harbour office said, and nobody was hurt.",
        "The office expects to open one berth on Friday if the wind turns, and asks travellers to stay at home.",
    ],
    "ru": [
        "Выдуманный порт Северная Гавань закрыли в среду: ночью в акваторию нанесло лёд, и суда встали у причалов.",
        "Два парома ждут за волноломом, сообщили в управлении порта, пострадавших нет, припасов на борту хватает.",
        "Один причал рассчитывают открыть в пятницу, если переменится ветер; пассажиров просят пока не приезжать.",
    ],
    "ja": [
        "架空の港である北の浜は水曜日、夜のうちに流氷が入り込んだため閉鎖され、船はすべて岸壁につながれた。",
        "防波堤の外では二隻のフェリーが待機しており、港の事務所によるとけが人はなく、食料も十分に積まれている。",
        "風向きが変われば金曜日に一つの岸壁を開く見通しで、事務所は利用者に自宅で待つよう呼びかけている。",
    ],
}
TITLES = {"en": "Ice closes invented port", "ru": "Лёд закрыл выдуманный порт", "ja": "流氷で架空の港が閉鎖"}
NOISE = {
    "en": (
        "Most read today",
        "Share on social media",
        "I like ferries very much, says a reader in a comment here.",
    ),
    "ru": (
        "Самое читаемое",
        "Поделиться ссылкой",
        "Паромы я люблю, пишет читатель в комментарии под статьёй.",
    ),
    "ja": (
        "アクセスランキング",
        "リンクを共有する",
        "フェリーが大好きですと読者がコメント欄に書いています。",
    ),
}
LAYOUTS = {
    "article": "<main><article><h1>{title}</h1><p class='lead'>{lead}</p><div class='text'>{body}</div></article></main>",
    "section": "<div class='top'><h1>{title}</h1></div><p class='lead'>{lead}</p><section itemprop='articleBody'>{body}</section>",
    "table": "<table><tr><td class='left'><a href='/'>x</a></td><td><h2>{title}</h2>{body}</td></tr></table>",
}
LEAD = {"en": "Two ferries wait outside.", "ru": "Два парома ждут.", "ja": "フェリー二隻が待機。"}


def markup(lang, layout="article", head="", body=None, charset="utf-8"):
    ranking, share, comment = NOISE[lang]
    paragraphs = [f"<p>{text}</p>" for text in TEXTS[lang]] if body is None else body
    core = LAYOUTS[layout].format(title=TITLES[lang], lead=LEAD[lang], body="".join(paragraphs))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="{charset}"><title>{TITLES[lang]} | Invented</title>'
        f'<meta name="description" content="{LEAD[lang]}">{head}</head><body><nav><ul><li><a href="/">Home</a></ul></nav>'
        f'<div class="cookie-banner">cookies</div>{core}<div class="share">{share}</div>'
        f'<div class="related"><ul><li><a href="/1">{ranking} 1</a><li><a href="/2">{ranking} 2</a></ul></div>'
        f'<div class="comments"><p>{comment}</p></div><footer><p>{ranking}</p></footer></body></html>'
    )


def read(document, **options):
    body = document if isinstance(document, bytes) else document.encode()
    return page.read(body, **({"url": URL, "now": NOW} | options))


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_body_is_the_article_and_nothing_beside_it(lang, layout):
    found = read(markup(lang, layout))
    assert found.text.split("\n\n") == TEXTS[lang]
    assert (found.title, found.lang, found.description) == (TITLES[lang], lang, LEAD[lang])
    assert found.method == "trafilatura"
    assert not found.paywalled


@pytest.mark.parametrize(
    ("lang", "charset"),
    [("ru", "windows-1251"), ("ru", "koi8-r"), ("ja", "euc-jp"), ("ja", "shift_jis"), ("ja", "iso-2022-jp")],
)
@pytest.mark.parametrize("where", ["meta", "header", "nowhere"])
def test_every_charset_gives_the_same_text(lang, charset, where):
    text = markup(lang, charset=charset if where == "meta" else "utf-8" if where == "header" else "x")
    served = f"text/html; charset={charset}" if where == "header" else "text/html"
    assert read(text.encode(charset), content_type=served).text.split("\n\n") == TEXTS[lang]


def test_promotions_between_paragraphs_are_taken_out():
    body = [f"<p>{text}</p>" for text in TEXTS["en"]]
    body.insert(
        1, '<aside class="promo">Get the invented newsletter in your inbox every morning, free.</aside>'
    )
    body.insert(3, '<div class="read-also"><a href="/9">Another story about another port</a></div>')
    assert read(markup("en", body=body)).text.split("\n\n") == TEXTS["en"]


def test_a_wrapper_with_a_furniture_name_keeps_its_article():
    document = (
        markup("en")
        .replace("<main>", '<main><form class="share"><div class="subscribe" hidden>')
        .replace("</main>", "</div></form></main>")
    )
    assert read(document).text.split("\n\n") == TEXTS["en"]


@pytest.mark.parametrize("levels", [100, 260, 1_000])
def test_depth_does_not_hide_the_article(levels):
    document = markup("en").replace("<main>", "<div>" * levels + "<main>")
    assert TEXTS["en"][1] in read(document).text


def test_absurd_depth_is_refused_with_a_note():
    found = read("<div>" * 50_000)
    assert (found.text, "nested" in found.note) == ("", True)


@pytest.mark.parametrize("body", [b"", b"  \n", b"\x00\x01", b"<html></html>", b"{}", b"\x1f\x8b", b"<p>"])
def test_nothing_gives_an_empty_page(body):
    assert read(body).text == ""


# ---------------------------------------------------------------------------------------- rules


def test_a_rule_in_force_goes_first():
    document = "<html><body><h3 id=t>Ruled title</h3><b id=d>2026-11-25 16:20 JST</b><div id=x>One<p>Two</p><i>ad</i></div></body></html>"
    rule = Selector(title="#t", date="#d", body="#x", drop="i")
    found = read(document, selectors=(rule,))
    assert (found.title, found.text, found.method) == ("Ruled title", "One\n\nTwo", "rule")
    assert found.published.at == datetime(2026, 11, 25, 7, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        Selector(body=".text", valid_until=datetime(2026, 1, 1, tzinfo=UTC)),
        Selector(body=".text", valid_from=datetime(2027, 1, 1, tzinfo=UTC)),
        Selector(body=".no-such-place"),
        Selector(body="%%% no selector", title=":::", date="]["),
    ],
)
def test_a_rule_out_of_force_or_without_match_is_passed_over(rule):
    found = read(markup("en"), selectors=(rule,))
    assert (found.method, found.text.split("\n\n")) == ("trafilatura", TEXTS["en"])


# ----------------------------------------------------------------------------------------- what it says


def linked(**fields):
    data = {
        "@context": "https://schema.org",
        "@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"]} | fields],
    }
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def test_linked_data_gives_title_times_author_and_outlet():
    found = read(
        markup(
            "ja",
            head=linked(
                headline=TITLES["ja"], datePublished="2026-11-25T16:20:00+09:00", dateModified="2026-11-25T18:00:00+09:00",
                author=[{"@type": "Person", "name": "架空 太郎"}], publisher={"name": "架空新聞"},
            ),
        )
    )  # fmt: skip
    assert found.published.at == datetime(2026, 11, 25, 7, 20, tzinfo=UTC)
    assert found.modified.at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert (found.author, found.site_name) == ("架空 太郎", "架空新聞")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:published_time" content="2026-11-25T16:20:00+09:00">', ""),
        ('<meta name="pubdate" content="Wed, 25 Nov 2026 16:20:00 JST">', ""),
        ('<meta itemprop="datePublished" content="2026-11-25T07:20:00Z">', ""),
        ("", '<time datetime="2026-11-25T16:20:00+09:00">today</time>'),
        ("", '<span itemprop="datePublished" content="2026-11-25T07:20:00Z">x</span>'),
        ("", '<div class="article-date">25 November 2026 16:20 JST</div>'),
        ('<script type="application/ld+json">{broken</script>', "<time>2026-11-25 16:20 JST</time>"),
        (linked(datePublished="2026-11-25T16:20:00"), '<time datetime="2026-11-25T16:20:00+09:00">x</time>'),
    ],
)
def test_the_time_is_found_with_its_zone(head, body):
    found = read(f"<html><head>{head}</head><body><h1>Invented headline</h1>{body}</body></html>")
    assert (found.published.at, found.published.weak) == (datetime(2026, 11, 25, 7, 20, tzinfo=UTC), "")


@pytest.mark.parametrize(
    ("lang", "text", "hour"),
    [
        ("ja", "2026年11月25日 16時20分", 7),
        ("ru", "25 ноября 2026 в 16:20", 13),
        ("ru", "16:20, 25.11.2026", 13),
    ],
)
def test_visible_times_without_zone_take_that_of_the_language(lang, text, hour):
    found = read(f'<html lang="{lang}"><body><h1>x</h1><div class="date">{text}</div></body></html>')
    assert (found.published.at, found.published.weak) == (
        datetime(2026, 11, 25, hour, 20, tzinfo=UTC),
        "no_zone",
    )


def test_times_of_comments_and_updates_are_not_the_articles():
    document = '<html><body><time class="comment-date" datetime="2020-01-01T00:00:00Z">x</time><time class="updated" datetime="2020-01-01T00:00:00Z">y</time></body></html>'
    assert read(document).published.at is None


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("/2026/11/harbour.html", "https://news.example.org/2026/11/harbour.html"),
        ("https://www.example.org/harbour", "https://www.example.org/harbour"),
        ("https://other.example.com/harbour", None),
        ("https://news.example.org/", None),
        ("javascript:void(0)", None),
    ],
)
def test_the_canonical_address_is_taken_from_the_same_site_alone(link, wanted):
    assert read(f'<html><head><link rel="canonical" href="{link}"></head>').canonical_url == wanted


@pytest.mark.parametrize(
    ("head", "robots", "kept_out"),
    [
        ('<meta name="robots" content="noindex, follow">', "", True),
        ('<meta name="ROBOTS" content="NOARCHIVE">', "", True),
        ('<meta name="robots" content="max-snippet:-1, max-image-preview:large">', "", False),
        ('<meta name="robots" content="max-snippet:0">', "", True),
        ('<meta name="otherbot" content="noindex">', "", False),
        ("", "nosnippet", True),
        ("", "otherbot: noindex", False),
        ("", "index, follow", False),
    ],
)
def test_wishes_not_to_be_kept_are_seen(head, robots, kept_out):
    assert read(f"<html><head>{head}</head>", robots=robots).noindex is kept_out


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Ice closes port - Invented Gazette</title><meta property='og:site_name' content='Invented Gazette'>", "Ice closes port"),
        ("<title>Ice closes port | Gazette</title>", "Ice closes port"),
        ("<title>Ice - and wind - close port</title>", "Ice - and wind - close port"),
        ("<meta property='og:title' content='Ice &amp;amp; wind'>", "Ice & wind"),
        ("<title>流氷で閉鎖｜架空新聞</title>", "流氷で閉鎖"),
    ],
)  # fmt: skip
def test_titles_lose_the_outlet_and_nothing_else(head, title):
    assert read(f"<html><head>{head}</head><body></body></html>").title == title


# -------------------------------------------------------------------------------------- paywalls

WALLS = {
    "en": "This article is for subscribers. Subscribe for 1 dollar a month.",
    "ru": "Полный текст доступен подписчикам.",
    "ja": "この記事は有料会員限定です。",
}


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
@pytest.mark.parametrize("layout", ["article", "section"])
def test_where_only_a_wall_stands_the_text_is_empty(lang, layout):
    found = read(markup(lang, layout, body=[f"<p class='wall'>{WALLS[lang]}</p>"]))
    assert (found.text, found.paywalled, found.method) == ("", True, "")


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_the_free_beginning_is_kept_without_the_wall(lang):
    found = read(
        markup(lang, body=[f"<p>{TEXTS[lang][0]}</p>", f"<p>{TEXTS[lang][1]}</p>", f"<p>{WALLS[lang]}</p>"])
    )
    assert found.paywalled
    assert found.text.split("\n\n") == TEXTS[lang][:2]


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_long_article_with_an_offer_is_not_walled(lang):
    body = [f"<p>{text}</p>" for text in TEXTS[lang] * 6] + [f"<p>{WALLS[lang]}</p>"]
    assert not read(markup(lang, body=body)).paywalled


def test_the_pages_own_word_counts():
    found = read(markup("en", head=linked(isAccessibleForFree=False), body=[f"<p>{TEXTS['en'][0]}</p>"]))
    assert found.paywalled
    assert not read(
        markup("en", head=linked(isAccessibleForFree=False), body=[f"<p>{t}</p>" for t in TEXTS["en"] * 6])
    ).paywalled


# ---------------------------------------------------------------------------------------- shared


@pytest.mark.shared
def test_every_page_of_the_evaluation_set_gives_its_body(shared, monkeypatch):
    import html
    import importlib
    import sys

    monkeypatch.syspath_prepend(str(shared / "eval"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    serve = importlib.import_module("serve")
    world = serve.Site(str(shared / "eval"), str(shared / "seeds"), 8765, 0, None)

    def plain(text):
        return " ".join(html.unescape(text).replace("<br/>", "").split())

    for article in world.articles:
        body, charset = world.page_html(article)
        found = read(body, url=world.local(article), content_type=f"text/html; charset={charset}")
        wanted = [plain(text) for text in article["body"].split("\n\n") if text]
        got = [plain(text) for text in found.text.split("\n\n") if text]
        lead = [plain(article["summary"])]
        assert got in ([wanted, lead + wanted] if wanted else [[]]), article["id"]
        assert found.paywalled == (not wanted), article["id"]
        assert found.title == plain(article["title"])
        assert (found.published.at, found.published.weak) == (
            datetime.fromisoformat(article["published"]),
            "",
        )
        assert (found.lang, found.canonical_url) == (article["lang"], world.local(article))


FLOOR = {"all": 0.95, "en": 0.95, "ru": 0.97, "ja": 0.95}
"""Token F1 pinned two points or less below what was measured (.958, .959, .988, .963); lower only on purpose."""


@pytest.mark.shared
def test_extraction_stays_above_its_floor(shared):
    import importlib.util
    import sys
    from pathlib import Path

    spec = importlib.util.spec_from_file_location(
        "bench_read", Path(__file__).resolve().parents[2] / "benchmarks/read.py"
    )
    bench = importlib.util.module_from_spec(spec)
    sys.modules["bench_read"] = bench
    spec.loader.exec_module(bench)
    results = list(bench.measure(shared / "corpus/articles"))
    for lang, floor in FLOOR.items():
        part = [one.f1 for one in results if lang in {"all", one.lang}]
        assert sum(part) / len(part) >= floor, lang
    dated = [one.date for one in results if one.date is not None]
    assert sum(dated) / len(dated) >= 0.97
