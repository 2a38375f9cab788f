"""Invented seeds and reports for the judges of events. DEMO texts: nobody real says anything here.

Two seeds: A, an office holder (the invented Orlov) rules out talks; B, an unnamed government spokesman says that
the position stands. Names are invented; offices speak.
"""

from __future__ import annotations

from datetime import UTC, datetime

from monitor import shipped
from monitor.judge import anchors, fingerprint, lexicon, traits
from monitor.judge.topic import Topic, load
from monitor.model import Article, Claim, KnownArticle, KnownFact, Level, Relation, Relevance, Seed
from monitor.text.prepare import prepare

TOPIC: Topic = load(shipped.read_text("topic.toml"))

SEED_A = """Moscow sees no room for negotiations with Tokyo, Russian official Stepan Orlov said.
"There is nothing to talk about and nobody to talk to," Orlov told the agency Polar Press.
The remark came after a report in Japan in which 31 lawmakers asked for the islands to be returned.
Japan joined sanctions over Ukraine in 2022. Russia then left the talks and cancelled visa-free visits.
A peace treaty was never signed, and Japan still claims Iturup, Kunashir, Shikotan and Habomai."""
SEED_B = """Japan's position on the islands has not changed, a senior Japanese government official said in Tokyo.
The official told a press conference that an agreement was unlikely soon.
Russia has halted joint work on scrapping nuclear arms and may deploy new weapons on the Kurils."""

NOTES_A = (
    "Orlov says that there are no talks with Japan.",
    "Japan joined sanctions over Ukraine in 2022; Russia left the talks and ended visa-free visits.",
    "31 lawmakers asked for the return of the islands.",
)


def day(text: str, hour: int = 9) -> datetime:
    """Return an aware time on a day given as ``2025-04-08``."""
    return datetime.fromisoformat(text).replace(hour=hour, tzinfo=UTC)


def seed(number: int, text: str, at: str, notes: tuple[str, ...] = ()) -> Seed:
    """Return a seed made from an invented text, published on a known day."""
    prepared = prepare("", "", "\n\n".join(text.split("\n")), "en")
    published = Claim(at=day(at))
    return Seed(
        number=number,
        title="",
        outlet="Demo Wire",
        url=None,
        published=published,
        lang="en",
        fingerprint=fingerprint.of(prepared),
        traits=traits.of(prepared, TOPIC, at=published.at),
        facts=tuple(KnownFact(note) for note in notes),
        event_from=day(at, 0),
        event_until=day(at, 23),
    )


SEEDS = (seed(0, SEED_A, "2031-05-06", NOTES_A), seed(1, SEED_B, "2030-02-01"))


def readings(
    text: str, lang: str = "en", *, title: str = "", summary: str = "", at: str | None = "2031-05-07"
):
    """Return the readings of an invented text."""
    prepared = prepare(title, summary, text, lang)
    return anchors.read(prepared, lexicon.shipped(), at=day(at) if at else None)


def traits_of(title: str, body: str, lang: str = "en", *, summary: str = "", at: str = "2031-05-07"):
    """Return the traits of an invented report."""
    return traits.of(prepare(title, summary, body, lang), TOPIC, at=day(at))


def relevant() -> Relevance:
    """Return the answer of the relevance rules for a report on the topic."""
    return Relevance(Level.RELEVANT, 0.9, "R1", "On the topic.")


def article(title: str, body: str, lang: str = "en", *, summary: str = "", at: str = "2031-05-07") -> Article:
    """Return an invented article."""
    return Article(
        id=None, source_id="demo", outlet="Demo", url=None, title=title, summary=summary, body=body, lang=lang,
        published=Claim(at=day(at)),
    )  # fmt: skip


def stored(
    number: int,
    title: str,
    body: str,
    lang: str = "en",
    *,
    at: str = "2031-05-07",
    story: str | None = None,
    relation: Relation = Relation.NEW,
    duplicate_of: str | None = None,
) -> KnownArticle:
    """Return an invented report as it stands in the store."""
    prepared = prepare(title, "", body, lang)
    return KnownArticle(
        ref=f"article:{number}",
        title=title,
        lang=lang,
        outlet=f"Outlet {number}",
        at=day(at),
        fingerprint=fingerprint.of(prepared),
        traits=traits.of(prepared, TOPIC, at=day(at)),
        story=story or f"story:{number}",
        prepared=prepared,
        relation=relation,
        duplicate_of=duplicate_of,
    )


GRAVES_EN = (
    "Russia to let 34 Japanese visit graves on Kunashir",
    (
        "Russia has agreed to let 34 Japanese visit graves on Kunashir on 14 September, officials in Tokyo announced."
        " The group leaves Nemuro aboard the ferry Kaede.\n\nRussia left the talks on a peace"
        " treaty in 2022 because of Japanese sanctions."
    ),
)
GRAVES_JA = (
    "国後島への墓参、9月に実施へ　ロシアが同意",
    (
        "外務省は、元島民ら34人が9月14日に交流船「かえで」で根室港を出て国後島で墓参をすることにロシアが同意したと発表した。"
        "\n\n平和条約交渉は2022年から中断している。"
    ),
)
GRAVES_RU = (
    "34 японцев посетят могилы на Кунашире",
    (
        "Россия разрешила группе из 34 японцев 14 сентября посетить могилы предков на Кунашире, сообщил МИД Японии."
        " Судно «Каэдэ» выйдет из Немуро."
    ),
)
MAP_EN = (
    "Moscow hands note to Japan's ambassador over map",
    (
        "The Russian Foreign Ministry handed the Japanese ambassador a note of protest on Friday over a map, printed"
        " 20,000 times, that shows Iturup as part of Hokkaido.\n\nRussia left the talks on a peace treaty in 2022."
    ),
)
