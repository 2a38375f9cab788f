"""Invented material for the digest's tests: outlets, persons, statements and figures do not exist.

``normal_day``, ``empty_day``, ``blind_day``, ``copies_day`` and ``week`` give one Material each; the small makers below
build others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zlib import crc32

from monitor.digest.material import (
    DigestArticle,
    LastFact,
    Material,
    Reference,
    Report,
    Restated,
    Revision,
    Said,
    SourceReport,
    Span,
    Speaker,
    Voice,
)
from monitor.model import (
    Article,
    Claim,
    FetchKind,
    Health,
    JudgedSentence,
    Level,
    NoveltyLabel,
    Quote,
    Recipient,
    Relation,
    Source,
    SourceState,
)


def tokyo(text: str) -> datetime:
    """Return a time written in Tokyo, ``2026-11-26 07:00``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=9)


DAY = Span(tokyo("2026-11-25 06:52"), tokyo("2026-11-26 06:52"))

OUTLETS = {
    "Harbour Wire": ("en", "SG", "independent", "harbour"),
    "Полит-Лента": ("ru", "RU", "state", "lenta-group"),
    "北辰通信": ("ja", "JP", "independent", "hokushin"),
    "東都日日": ("ja", "JP", "independent", ""),
    "Pacific Ledger": ("en", "AU", "independent", ""),
    "Кунашир Сегодня": ("ru", "RU", "state", "lenta-group"),
}


def article(number, outlet, title, at, *, url="", weak="", **more):
    lang, country, affiliation, family = OUTLETS.get(outlet, ("en", "", "", ""))
    at = tokyo(at)
    return Article(
        id=number,
        source_id=f"s{number}",
        outlet=outlet,
        url=url or f"https://press.example.org/{number}",
        title=title,
        summary="",
        body="",
        lang=more.pop("lang", lang),
        country=more.pop("country", country),
        published=Claim(at=at, raw="", zone="+09:00", weak=weak),
        first_seen=at + timedelta(minutes=20),
        affiliation=affiliation,
        family=family,
        **more,
    )


def fact(position, text, *anchors, closest="", ref=""):
    return JudgedSentence(
        position=position,
        text=text,
        label=NoveltyLabel.NEW_FACT,
        reason="new anchors",
        closest=closest,
        closest_ref=ref,
        anchors=anchors,
    )


def judged(one, relation=Relation.NEW, level=Level.RELEVANT, **more):
    return DigestArticle(article=one, relation=relation, level=level, **more)


def source(name, *, url="", country="", essential=False, **more):
    slug = f"x{crc32(ascii(name).encode())}" if not name.isascii() else name.lower().replace(" ", "-")
    return Source(
        id=slug,
        name=name,
        url=url or f"https://{slug}.example/feed",
        lang="en",
        country=more.pop("country", country),
        essential=essential,
        **more,
    )


def seen(name, until="2026-11-26 06:52", **more):
    one = source(name, **more)
    state = SourceState(source_id=one.id, url=one.url, health=Health.OK, kind=FetchKind.OK)
    return SourceReport(source=one, state=state, looked_until=tokyo(until))


def out(
    name, since, *, kind=FetchKind.DNS, newly=True, until="2026-11-26 06:52", status=None, retry=None, **more
):
    one = source(name, **more)
    gap = Span(tokyo(since), tokyo(until))
    state = SourceState(
        source_id=one.id,
        url=one.url,
        health=Health.REFUSED if kind is FetchKind.REFUSED else Health.BLOCKED_HERE,
        kind=kind,
        failing_since=gap.start,
        next_due=tokyo(retry) if retry else None,
    )
    return SourceReport(
        source=one,
        state=state,
        looked_until=gap.start,
        gaps=(gap,),
        lost=(gap,),
        newly_blind=newly,
        failed_as=(kind,),
        status=status,
    )


def unreadable(name, url):
    one = source(name, url=url)
    state = SourceState(source_id=one.id, url=url, health=Health.REFUSED, kind=FetchKind.ROBOTS)
    return SourceReport(source=one, state=state, looked_until=None, unreadable=True)


MINISTRIES = (
    unreadable("MFA Russia", "https://mfa-ru.example/rss"),
    unreadable("MFA Japan", "https://mfa-jp.example/feed"),
)

RECIPIENT = Recipient(
    id="email:desk@example.org", kind="email", address="desk@example.org", zone="Asia/Tokyo"
)

REFERENCES = (
    Reference("seed:2", at=tokyo("2025-04-08 12:00"), outlet="Harbour Wire"),
    Reference("article:7", at=tokyo("2026-02-02 12:00"), outlet="Harbour Wire"),
    Reference("story:77", label="Kremlin statement", at=tokyo("2026-11-11 12:00"), seen_before=61),
)

SPEAKERS = {
    "person:orlov": Speaker("Orlov", "deputy foreign minister", Voice.GOVERNMENT, "RU"),
    "office:spokesman": Speaker("", "Kremlin spokesman", Voice.GOVERNMENT, "RU"),
}


def normal_day():
    letter_ru = judged(
        article(
            101,
            "Полит-Лента",
            "Приглашение для посещения могил отменено",
            "2026-11-25 16:20",
            url="https://politlenta.example.com/news/2026/11/25/4471",
        ),
        story="story:90",
        sentences=(
            fact(
                3,
                "«Приглашение больше не требуется, виза по-прежнему нужна».",
                "person:orlov",
                "act:letter-abolished",
                closest="Visa and letter are both required.",
                ref="article:7",
            ),
        ),
        quotes=(
            Quote(
                speaker="person:orlov",
                words="Приглашение больше не требуется, виза по-прежнему нужна",
                addressee="Полит-Лента",
                lang="ru",
                sentence=3,
            ),
        ),
        threads=("thread_graves",),
    )
    letter_en = judged(
        article(
            102,
            "Harbour Wire",
            "Invitation letter no longer needed",
            "2026-11-25 19:40",
            url="https://harbourwire.example.org/asia/graves-sapporo",
        ),
        story="story:90",
        relation=Relation.REWRITE,
        sentences=(
            fact(1, "The letter is no longer needed; the visa is.", "person:orlov", "act:letter-abolished"),
            fact(
                4,
                "Officials of both sides meet in Sapporo on 11 December.",
                "place:sapporo",
                "date:2026-12-11",
                closest="visits to graves suspended in 2022.",
                ref="seed:2",
            ),
        ),
        threads=("thread_graves",),
    )
    copies = [
        judged(
            article(110 + n, f"Copy House {n}", "Letter no longer needed", f"2026-11-25 20:{10 + n}"),
            Relation.COPY,
            story="story:90",
            duplicate_of="article:101" if n < 3 else "article:102",
        )
        for n in range(7)
    ]
    petition = judged(
        article(
            103,
            "北辰通信",
            "返還要求の署名、61万筆に減少",
            "2026-11-25 21:05",
            url="https://hokushin-tsushin.example.org/n/20261125-18",
        ),
        sentences=(
            fact(
                2,
                "署名は61万筆で、昨年より9万筆少ない。",
                "act:petition",
                "island:all",
                "number:610000",
                "number:90000",
            ),
        ),
        threads=("opinion",),
    )
    restated = [
        judged(
            article(120 + n, outlet, "Kremlin: no talks while policy stands", f"2026-11-25 1{n}:30"),
            Relation.RESTATEMENT,
            story="story:77",
            quotes=(
                Quote(speaker="office:spokesman", words="No talks while Tokyo's policy stands", lang="en"),
            ),
            restated=Restated(
                ref="seed:2",
                as_on=tokyo("2025-04-08 12:00"),
                times_this_year=6,
                last_on=tokyo("2026-11-11 12:00"),
            ),
        )
        for n, outlet in enumerate(["Pacific Ledger", *(f"Echo Post {n}" for n in range(5))])
    ]
    old_news = [
        judged(
            article(200 + n, f"Old Post {n}", "Known again", "2026-11-25 12:00"),
            Relation.COPY,
            duplicate_of="seed:3",
            story="seed:3",
        )
        for n in range(11)
    ]
    background = [
        judged(
            article(230 + n, f"Explainer {n}", "What the dispute is about", "2026-11-25 13:00"),
            Relation.BACKGROUND,
        )
        for n in range(14)
    ]
    near = [
        judged(
            article(260, "東都日日", "北海道東方で共同飛行", "2026-11-25 15:00"), Relation.NEAR, Level.NEAR
        ),
        judged(article(261, "Pacific Ledger", "Salmon talks", "2026-11-25 15:10"), Relation.NEAR, Level.NEAR),
    ]
    return Material(
        period=DAY,
        now=tokyo("2026-11-26 07:00"),
        slot="2026-11-26T07:00",
        recipient=RECIPIENT,
        next_slot=tokyo("2026-11-27 07:00"),
        articles=(petition, letter_en, letter_ru, *copies, *restated, *old_news, *background, *near),
        sources=(
            *(seen(f"Source {n}", essential=n < 5) for n in range(22)),
            out(
                "Eurasia Desk",
                "2026-11-25 18:10",
                kind=FetchKind.REFUSED,
                status=403,
                retry="2026-11-26 10:10",
            ),
            out("Sakhalin Board", "2026-11-25 06:52", newly=False),
            *MINISTRIES,
        ),
        revisions=(
            Revision(
                outlet="Harbour Wire",
                before="Both sides agree on graves",
                after="Both sides discuss on graves",
                at=tokyo("2026-11-25 22:10"),
                story="story:90",
                lang="en",
            ),
        ),
        references=REFERENCES,
        speakers=SPEAKERS,
        labels={"act:petition": "petition", "island:all": "four islands"},
    )


def empty_day():
    day = Span(tokyo("2026-11-26 06:52"), tokyo("2026-11-27 06:54"))
    known = [
        *(("story:90", None, f"Post {n}") for n in range(9)),
        *(("seed:2", "seed:2", f"Echo {n}") for n in range(13)),
        *((None, None, f"Explainer {n}") for n in range(9)),
    ]
    articles = [
        judged(
            article(300 + n, outlet, "Known again", "2026-11-26 12:00"),
            Relation.BACKGROUND if story is None else Relation.REWRITE,
            story=story,
            duplicate_of=original,
        )
        for n, (story, original, outlet) in enumerate(known)
    ]
    articles.append(
        judged(
            article(390, "Pacific Ledger", "Ferry to Kunashir resumes", "2026-11-26 10:00"),
            Relation.NEAR,
            Level.NEAR,
        )
    )
    return Material(
        period=day,
        now=tokyo("2026-11-27 07:00"),
        slot="2026-11-27T07:00",
        recipient=RECIPIENT,
        next_slot=tokyo("2026-11-28 07:00"),
        articles=tuple(articles),
        sources=(
            *(seen(f"Source {n}", "2026-11-27 06:54", essential=n < 5) for n in range(23)),
            out("Sakhalin Board", "2026-11-26 06:52", newly=False, until="2026-11-27 06:54"),
            *MINISTRIES,
        ),
        references=(*REFERENCES, Reference("story:90", label="Invitation letter")),
        last_new_fact=LastFact(tokyo("2026-11-25 21:05"), "petition"),
    )


def blind_day():
    day = Span(tokyo("2026-11-27 06:54"), tokyo("2026-11-28 06:52"))
    dark = Span(tokyo("2026-11-27 14:10"), tokyo("2026-11-28 06:31"))
    names = ["Полит-Лента", "Harbour Wire", "Pacific Ledger", *(f"Source {n}" for n in range(20))]
    reports = []
    for n, name in enumerate(names):
        lost = (Span(dark.start, tokyo("2026-11-28 03:30")),) if n < 3 else ()
        reports.append(
            replace(
                seen(name, "2026-11-28 06:51", essential=n < 5),
                gaps=(dark,),
                lost=lost,
                failed_as=(FetchKind.DNS,),
            )
        )
    reports.append(out("Sakhalin Board", "2026-11-27 06:54", newly=False, until="2026-11-28 06:52"))
    articles = [
        judged(
            article(400 + n, f"Echo {n}", "Known again", "2026-11-27 12:00"),
            Relation.COPY,
            story="seed:2",
            duplicate_of="seed:2",
        )
        for n in range(12)
    ]
    return Material(
        period=day,
        now=tokyo("2026-11-28 07:00"),
        slot="2026-11-28T07:00",
        recipient=RECIPIENT,
        next_slot=tokyo("2026-11-29 07:00"),
        articles=tuple(articles),
        sources=tuple(reports),
        references=REFERENCES,
    )


def copies_day():
    """One statement, printed 300 times in three languages, and nothing else."""
    first = judged(
        article(
            500,
            "Полит-Лента",
            "Заместитель министра назвал дату консультаций",
            "2026-11-25 10:00",
            url="https://politlenta.example.com/news/2026/11/25/1",
        ),
        story="story:95",
        sentences=(fact(0, "Консультации назначены на 14 декабря.", "date:2026-12-14", "act:consultations"),),
        threads=("talks",),
    )
    translated = judged(
        article(501, "Harbour Wire", "Consultations set for 14 December", "2026-11-25 10:40"),
        Relation.REWRITE,
        story="story:95",
        sentences=(
            fact(0, "Consultations are set for 14 December.", "date:2026-12-14", "act:consultations"),
        ),
    )
    copies = [
        judged(
            article(
                600 + n, f"Regional Daily {n}", "Consultations set", f"2026-11-25 1{1 + n % 8}:{n % 60:02}"
            ),
            Relation.COPY,
            story="story:95",
            duplicate_of="article:501" if n % 2 else "article:500",
        )
        for n in range(300)
    ]
    return Material(
        period=DAY,
        now=tokyo("2026-11-26 07:00"),
        slot="2026-11-26T07:00",
        recipient=RECIPIENT,
        next_slot=tokyo("2026-11-27 07:00"),
        articles=(first, translated, *copies),
        sources=tuple(seen(f"Source {n}", essential=True) for n in range(12)),
    )


def week():
    """The normal day as a weekly digest: a month of reports by side, and what was said with a name."""
    base = normal_day()
    end = base.period.end
    loud = {"RU": (0, 3, 1, 12, 2), "JP": (1, 0, 5, 7, 0), "SG": (0, 0, 1, 2, 0), "": (0, 1, 0, 0, 0)}
    month = tuple(
        Report(end - timedelta(days=day, hours=5), country)
        for country, counts in loud.items()
        for day in range(1, 26)
        for _ in range(counts[day % 5])
    )
    said = (
        ("person:orlov", "Приглашение больше не требуется, виза по-прежнему нужна", "ru", "Полит-Лента"),
        ("person:orlov", "Приглашение больше не требуется", "ru", "Кунашир Сегодня"),
        ("office:spokesman", "No talks while Tokyo's policy stands", "en", "Pacific Ledger"),
        ("Haruko Minase", "名前を書く人も、島を覚えている人も、年を取りました", "ja", "北辰通信"),
        ("person:nobody_knows", "These words have no name to stand under", "en", "Pacific Ledger"),
        ("Haruko Minase", "島の", "ja", "東都日日"),
    )
    return replace(
        base,
        period=Span(end - timedelta(days=7), end),
        recipient=replace(RECIPIENT, days="thu"),
        next_slot=tokyo("2026-12-03 07:00"),
        weekly=True,
        month=month,
        watched_since=end - timedelta(days=27),
        said=tuple(
            Said(
                speaker,
                words,
                lang,
                outlet,
                end - timedelta(days=2, hours=9 - n),
                url=f"https://press.example.org/q{n}",
            )
            for n, (speaker, words, lang, outlet) in enumerate(said)
        ),
    )
