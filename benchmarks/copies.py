# ruff: noqa: E501, SIM905, ISC004  invented texts and tables read better as text
"""Copy detection on generated copies: F1 per language and kind, false updates, planted changes found.

    python benchmarks/copies.py [--shared DIR] [--seeds 1,2,3] [--own] [--unseen] [--planted] [--road] [--errors 5]

Uses `make_copies.py` and `score_copies.py` of the shared evaluation set and, with `--own`, further kinds made
here, which the thresholds were not chosen on. The store is a table in memory that works as the real one does:
sampled hashes only, the ten best candidates, a cap a hash, shared hashes of many articles called common. With
`--road` it is a real one, asked by the service's own look-up; with `--keep` it also keeps every copy made from
one text alone, as a desk does: a copy of a copy counts as one of the article that the first copies.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.db.store import Store
from monitor.judge import copies, fingerprint
from monitor.model import Article, Fingerprint, KnownArticle, Match, Prepared
from monitor.service import ingest
from monitor.text.prepare import prepare

ROOT = Path(__file__).resolve().parents[1]
LANGS = ("en", "ru", "ja")
COMMON_AT_LEAST = ingest.COMMON_AT_LEAST
CAP = 50
BEST = 10
OF_TWO_TEXTS = ("embedded", "commented", "joined", "live_blog", "merged", "background_3x")
"""Kinds whose other half is an article that further copies have as well."""
NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@dataclass
class Table:
    """The store's table of sampled hashes, in memory."""

    common_at_least: int = COMMON_AT_LEAST
    rows: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    articles: dict[str, KnownArticle] = field(default_factory=dict)

    def add(self, ref: str, prepared: Prepared) -> None:
        """Store one article."""
        own = fingerprint.of(prepared)
        for value in fingerprint.indexed(prepared):
            self.rows[value].append(ref)
        self.articles[ref] = KnownArticle(
            ref=ref,
            title=prepared.title,
            lang=prepared.lang,
            outlet="",
            at=None,
            fingerprint=own,
            traits=None,
            prepared=prepared,
        )

    def candidates(self, sampled: Iterable[int]) -> list[KnownArticle]:
        """Return the articles that share most, rows above the cap left out."""
        found = Counter(
            ref
            for value in sampled
            if len(self.rows.get(value, ())) <= CAP
            for ref in self.rows.get(value, ())
        )
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:BEST]
        return [self.articles[ref] for ref, _ in best]

    def common(self, hashes: Iterable[int]) -> frozenset[int]:
        """Return those of the hashes that many articles hold."""
        return frozenset(value for value in hashes if len(self.rows.get(value, ())) >= self.common_at_least)

    def find(self, prepared: Prepared) -> Match | None:
        """Look one text up as the service does."""
        own = fingerprint.of(prepared)
        frequent = self.common(own.sampled)
        near = self.candidates([value for value in own.sampled if value not in frequent])
        sampled = {*own.sampled, *(value for known in near for value in (known.fingerprint or own).sampled)}
        return copies.find(prepared, own, near, common=self.common(sampled))


class Road:
    """A real store, asked and filled as the service does it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(folder)
        self.names: dict[str, str] = {}
        """Reference of an article -> name of the text that it is, or that it copies."""
        self.originals: dict[str, str] = {}
        """Reference of a copy -> that of its original."""

    def add(self, name: str, prepared: Prepared, kept: Fingerprint | None = None) -> str:
        """Store one text; return its reference."""
        own = kept or replace(fingerprint.of(prepared), sampled=fingerprint.indexed(prepared))
        article = Article(
            id=None,
            source_id="desk",
            outlet="Desk",
            url=None,
            title=prepared.title,
            summary=prepared.summary,
            body=prepared.body,
            lang=prepared.lang,
            first_seen=NOW,
        )
        with self.store.batch() as batch:
            number = batch.save_article(
                article, url_keys=(), fingerprint=own, traits=None, words=prepared.words
            )
        ref = f"article:{number}"
        self.names[ref] = name
        return ref

    def find(self, name: str, prepared: Prepared, *, keep: bool) -> Match | None:
        """Look one text up, and keep it or not."""
        own = fingerprint.of(prepared)
        with self.store.batch() as batch:
            _, found, common = ingest.texts_like(batch, own)
        near = [replace(one, duplicate_of=self.originals.get(one.ref)) for one in found]
        match = copies.find(prepared, own, near, common=common)
        copied = match if match is not None and copies.is_copy(match) else None
        if not keep:
            return replace(match, known=self.names[match.known]) if match is not None else None
        originals = [one for one in near if copied is not None and one.ref == copied.known]
        ref = self.add(name, prepared, fingerprint.own_part(prepared, own, originals))
        if copied is None:
            return match
        self.originals[ref] = copied.known
        self.names[ref] = self.names[copied.known]
        return replace(copied, known=self.names[copied.known])


def on_the_road(
    lines: list[dict[str, Any]], *, keep: bool
) -> tuple[dict[str, str | None], dict[str, Match | None]]:
    """Return the answer and the match for each query, the queries in mixed order."""
    base = [line for line in lines if line["kind"] == "base"]
    queries = [line for line in lines if line["kind"] != "base"]
    random.Random(len(lines)).shuffle(queries)
    answers: dict[str, str | None] = {}
    matches: dict[str, Match | None] = {}
    with tempfile.TemporaryDirectory() as folder:
        road = Road(Path(folder))
        for line in base:
            road.add(line["id"], prepare(line["title"], "", line["text"], line["lang"]))
        for line in queries:
            name = line["id"]
            prepared = prepare(line["title"], "", line["text"], line["lang"])
            alone = line["base"] is not None and line["kind"] not in OF_TWO_TEXTS
            match = matches[name] = road.find(name, prepared, keep=keep and alone)
            answers[name] = match.known if match is not None and copies.is_copy(match) else None
        road.store.close()
    return answers, matches


def judged(
    lines: list[dict[str, Any]], at_least: int
) -> tuple[dict[str, str | None], dict[str, Match | None]]:
    """Return the answer and the match for each query."""
    table = Table(common_at_least=at_least)
    answers: dict[str, str | None] = {}
    matches: dict[str, Match | None] = {}
    for line in lines:
        prepared = prepare(line["title"], "", line["text"], line["lang"])
        if line["kind"] == "base":
            table.add(line["id"], prepared)
            continue
        match = matches[line["id"]] = table.find(prepared)
        answers[line["id"]] = match.known if match is not None and copies.is_copy(match) else None
    return answers, matches


def module(name: str, shared: Path) -> Any:
    folder = str(shared / "eval")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def generated(shared: Path, seed: int) -> list[dict[str, Any]]:
    maker = module("make_copies", shared)
    articles = maker.load_articles(maker.HERE / "articles.jsonl", maker.GOLD, gold_half=0)
    pools = maker.make_pools(articles, maker.OUTLETS, maker.WORDS, seed)
    return list(maker.build(pools, maker.KINDS, maker.NEGATIVES, [*maker.KINDS, *maker.NEGATIVES], seed))


def false_updates(
    queries: list[dict[str, Any]], matches: dict[str, Match | None]
) -> Iterator[tuple[str, Match]]:
    """Yield copies by rule that are called updates."""
    for query in queries:
        match = matches[query["id"]]
        if query["base"] is not None and match is not None and match.known == query["base"] and match.changes:
            yield query["id"], match


# ------------------------------------------------------------------------------------------ kinds of our own

OWN_WORDS = {
    "en": "ladder curtain orchard pencil velvet saddle lantern turnip whistle gravel meadow button candle".split(),
    "ru": "лестница занавес сад карандаш бархат седло фонарь репа свисток гравий пуговица свеча".split(),
    "ja": "梯子 果樹園 鉛筆 提灯 砂利 牧場 蝋燭 口笛 鞍 釦".split(),
}
OWN_OUTLETS = {
    "en": [
        ("Millbrook Courier, evening edition. Menu. Search. My account. Latest headlines.",
         "The Millbrook Courier was founded by a printer and two fishermen. Our app is free for pupils. Corrections are "
         "listed on page two. If you hold shares in a company that we write about, tell us."),
        ("Skip to content. Quarry Hill Online. Choose your region and language below.",
         "Quarry Hill Online is a member of no group. Photographs may be ordered from the archive. We answer letters on "
         "Thursdays. Puzzles, recipes and tide tables are kept in the drawer called Leisure."),
        ("Today's paper. Obituaries. Classified advertisements. Weather at the pier: calm.",
         "You have reached the end of this article. Three others may please you. The editor's note appears on Mondays."),
    ],
    "ru": [
        ("«Мельничный вестник», вечерний выпуск. Меню. Поиск. Личный кабинет. Главное к этому часу.",
         "«Мельничный вестник» основали печатник и два рыбака. Приложение для школьников бесплатное. Поправки печатаем на "
         "второй странице. Если вы владеете акциями компании, о которой мы пишем, сообщите нам."),
        ("Перейти к содержанию. Портал «Каменная горка». Выберите регион и язык.",
         "«Каменная горка» не входит ни в один холдинг. Снимки можно заказать в архиве. На письма отвечаем по четвергам. "
         "Загадки, рецепты и таблицы приливов лежат в разделе «Досуг»."),
        ("Свежий номер. Некрологи. Объявления. Погода на пирсе: штиль.",
         "Вы дочитали эту статью. Вам могут понравиться ещё три. Колонка редактора выходит по понедельникам."),
    ],
    "ja": [
        ("水車通信夕刊。メニュー。検索。マイページ。今の見出し。",
         "水車通信は印刷工と二人の漁師が始めた新聞です。生徒はアプリを無料で使えます。訂正は二面に載せます。記事の会社の株をお持ちの方はお知らせください。"),
        ("本文へ移動。石切り坂オンライン。地域と言語を選んでください。",
         "石切り坂オンラインはどの系列にも属しません。写真は資料室に注文できます。手紙には木曜日に返事をします。なぞなぞ、料理、潮見表は余暇の棚にあります。"),
        ("本日の紙面。おくやみ。広告。桟橋の天気、なぎ。", "この記事はここまでです。ほかに三本の記事があります。編集長の欄は月曜日に載ります。"),
    ],
}  # fmt: skip
# Printed below exactly one stored article, and below strangers: seen for the first time.
BACKGROUND = {
    "en": "The lighthouse company and the pilots' guild have argued over the northern channel for as long as anyone can "
    "remember. A first arrangement of 1911 gave the pilots the right of way in fog. It was never put on paper. After the "
    "storm of 1934 the company rebuilt the light on the other bank, and the guild has called that bank its own ever "
    "since. Mediators were named four times, most recently in 2008, and four times they went home without a result.",
    "ru": "Маячная компания и гильдия лоцманов спорят о северном фарватере столько, сколько люди себя помнят. Первая "
    "договорённость 1911 года давала лоцманам право прохода в туман. На бумагу её не перенесли. После шторма 1934 года "
    "компания построила маяк на другом берегу, и с тех пор гильдия считает этот берег своим. Посредников назначали "
    "четыре раза, последний раз в 2008 году, и четыре раза они уезжали ни с чем.",
    "ja": "灯台会社と水先人組合は、記憶の限り昔から北の水路をめぐって争ってきた。1911年の最初の取り決めは、霧の中では水先人が先に通ると定めた。"
    "書面にはされなかった。1934年の嵐の後、会社は対岸に灯台を建て直し、組合はそれ以来その岸を自分のものだと言っている。"
    "仲介者は四度選ばれ、最後は2008年だったが、四度とも成果なく帰った。",
}


def _without_third(text: str, pool: Any, rng: random.Random) -> str:
    sentences = module_("score").split_sentences(text)
    return str(pool.glue.join(one for n, one in enumerate(sentences) if n % 3 != rng.randrange(3) or n == 0))


def _typography(text: str, pool: Any, rng: random.Random) -> str:
    del pool, rng
    table = {
        "“": "&ldquo;",
        "”": "&rdquo;",
        "’": "&#8217;",
        "—": " - ",
        "–": "-",
        "«": '"',
        "»": '"',
        "ё": "е",
        " ": "\u00a0",
    }
    return "<p>" + "".join(table.get(char, char) for char in text) + "</p>"


def _commented(text: str, pool: Any, rng: random.Random) -> str:
    """Put a comment of the outlet's own after every third sentence."""
    sentences = module_("score").split_sentences(text)
    host = module_("score").split_sentences(rng.choice(pool.others)["text"])
    return str(
        pool.glue.join(
            one + (pool.glue + rng.choice(host) if n % 3 == 2 else "") for n, one in enumerate(sentences)
        )
    )


BYLINES = {
    "en": ("By a reporter in Gravel Bay\n\nGRAVEL BAY, Nov. 3 (Lantern) - ", "(Whistle News) "),
    "ru": ("Корреспондент в Каменной бухте\n\nКАМЕННАЯ БУХТА, 3 ноября. /Фонарь/. ", "Свисток-пресс - "),
    "ja": ("石切り坂で記者\n\n【石切り坂＝提灯通信】", "（口笛ニュース）"),
}
POSTS = {
    "en": ("{h}:{m:02} - Update", "Posted at {h}:{m:02} by the desk", "{h}.{m:02} What we know so far"),
    "ru": ("{h}:{m:02} Обновление", "Опубликовано в {h}:{m:02}", "{h}.{m:02} Что известно к этому часу"),
    "ja": ("{h}時{m:02}分 更新", "{h}:{m:02} 編集部", "{h}時{m:02}分 これまでに分かったこと"),
}
PAYWALL = {
    "en": "To read on you need a subscription. Already a member? Enter the number on your card. Choose the plan that suits "
    "you: by the day, by the month, by the year. Every plan can be ended by letter. Pupils and sailors pay half.",
    "ru": "Чтобы читать дальше, нужна подписка. Уже с нами? Введите номер на карточке. Выберите срок: день, месяц, год. "
    "Любую подписку можно прекратить письмом. Школьники и моряки платят половину.",
    "ja": "続きを読むには購読が必要です。すでに会員の方はカードの番号を入れてください。日、月、年の中から選べます。"
    "どの契約も手紙で解約できます。生徒と船員は半額です。",
}
CAPTIONS = {
    "en": (
        "[Photo: the pier on a clear day / archive]",
        "Print | Share | Larger type",
        "Story continues below",
    ),
    "ru": ("[Фото: пирс в ясный день / архив]", "Печать | Поделиться | Крупный шрифт", "Продолжение ниже"),
    "ja": ("［写真＝晴れた日の桟橋、資料］", "印刷｜共有｜文字を大きく", "記事は下に続く"),
}
SPELLINGS = {
    "en": (
        ("isation", "ization"),
        ("ise ", "ize "),
        ("our ", "or "),
        ("centre", "center"),
        ("defence", "defense"),
        ("programme", "program"),
        ("per cent", "percent"),
        ("U.S.", "US"),
        ("travell", "travel"),
        ("-", " "),
    ),
    "ru": (
        ("ё", "е"),
        (" года", " г."),
        ("из-за", "из‑за"),
        ("й", "й"),
        (" тысяч", " тыс."),
        ("Токио", "ТОКИО"),
    ),
    "ja": (
        ("こと", "事"),
        ("とき", "時"),
        ("ため", "為"),
        ("でき", "出来"),
        ("など", "等"),
        ("いう", "言う"),
        ("さらに", "更に"),
        ("すべて", "全て"),
        ("について", "に就いて"),
        ("たち", "達"),
        ("ところ", "所"),
        ("ない", "無い"),
    ),
}
MISREAD = {
    "en": dict(zip("loeIcth", "10c1etb", strict=True)),
    "ru": dict(zip("нитшпео", "иншитес", strict=True)),
    "ja": dict(zip("ロニハカへ一本目", "口二八力ヘー木日", strict=True)),
}  # fmt: skip


def _bylined(text: str, pool: Any, rng: random.Random) -> str:
    return rng.choice(BYLINES[pool.lang]) + text


def _live_blog(maker: Any, text: str, pool: Any, rng: random.Random) -> str:
    """Print half of the text or more as one post among others."""
    part = maker.cut(text, pool.lang, 0, rng.uniform(0.6, 1))
    hosts = [maker.teaser(rng.choice(pool.others)["text"], pool, rng) for _ in range(6)]
    posts = [*hosts[:2], part, *hosts[2:]]
    heads = [rng.choice(POSTS[pool.lang]).format(h=20 - n, m=rng.randrange(60)) for n in range(len(posts))]
    return "\n\n".join(f"{head}\n{post}" for head, post in zip(heads, posts, strict=True))


def _listed(text: str, pool: Any, rng: random.Random) -> str:
    """Put lists of other headlines above and below."""
    titles = [one["title"] for one in rng.sample(pool.others, min(12, len(pool.others)))]
    half = len(titles) // 2
    return "\n".join((*titles[:half], "", text, "", *titles[half:]))


def _respelled(text: str, pool: Any, rng: random.Random) -> str:
    for old, new in SPELLINGS[pool.lang]:
        text = text.replace(old, new)
    if pool.lang == "ja":
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and rng.random() < 0.8 else c for c in text)
    return text


def _repunctuated(text: str, pool: Any, rng: random.Random) -> str:
    """Give each sentence its own line, leave a third of the commas out, change the quotation marks."""
    sentences = module_("score").split_sentences(text)
    lines = [re.sub(r"[,、，]", lambda m: "" if rng.random() < 0.3 else m[0], one) for one in sentences]
    if pool.lang == "ja":
        return "\n".join(lines).translate(str.maketrans("「」", "『』"))
    marks = dict.fromkeys(map(ord, "“”«»"), '"') | dict.fromkeys(map(ord, "—–"), "-")
    return "\n".join(lines).translate(marks)


def _merged(text: str, pool: Any, rng: random.Random) -> str:
    """Mix four fifths of the sentences with as many of another text, both in their order."""
    split = module_("score").split_sentences
    ours = [one for one in split(text) if rng.random() < 0.8] or split(text)[:1]
    theirs = split(rng.choice(pool.others)["text"])[: len(ours)]
    places = range(len(ours) + len(theirs))
    order, a, b = set(rng.sample(places, len(ours))), iter(ours), iter(theirs)
    return str(pool.glue.join(next(a) if place in order else next(b) for place in places))


def _printed(text: str, pool: Any, rng: random.Random) -> str:
    """Break lines as a printer does, hyphens included, with captions between the paragraphs."""
    lines: list[str] = []
    for paragraph in filter(None, text.split("\n")):
        width = 30 if pool.lang == "ja" else 72
        lines += [paragraph[at : at + width] for at in range(0, len(paragraph), width)]
        lines += [rng.choice(CAPTIONS[pool.lang])] if rng.random() < 0.5 else []
    return ("\n" if pool.lang == "ja" else "-\n").join(lines)


def _misread(text: str, pool: Any, rng: random.Random) -> str:
    """Misread one letter in fifty and lose one blank in forty."""
    table = MISREAD[pool.lang]
    read = [table.get(c, c) if rng.random() < 0.06 and not c.isdigit() else c for c in text]
    return "".join(c for c in read if c != " " or rng.random() > 0.025)


def _junk(text: str, pool: Any, rng: random.Random) -> str:
    del pool
    junk = ("\u200b", "\u00ad", "\u2060", "&nbsp;", "\u202f", "🔵 ", "\ufeff")
    places = re.compile(r"(?<!\d)[ 。、,.](?!\d)")
    return places.sub(lambda m: m[0] + (rng.choice(junk) if rng.random() < 0.3 else ""), text)


def unseen_kinds(maker: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return kinds that no threshold was chosen on."""

    def less(text: str, pool: Any, start: float, stop: float) -> str:
        return str(maker.cut(text, pool.lang, start, stop))

    def background(text: str, pool: Any, rng: random.Random) -> str:
        part, more = less(text, pool, 0, rng.uniform(0.6, 1)), ""
        while maker.size(more, pool.lang) < 3 * maker.size(part, pool.lang):
            more += "\n\n" + rng.choice(pool.others)["text"]
        more = less(more, pool, 0, min(1, 3 * maker.size(part, pool.lang) / maker.size(more, pool.lang)))
        return f"{part}\n\n{more}"

    copies_ = {
        "bylined": lambda a, p, r: _bylined(a["text"], p, r),
        "live_blog": lambda a, p, r: _live_blog(maker, a["text"], p, r),
        "listed": lambda a, p, r: _listed(a["text"], p, r),
        "respelled": lambda a, p, r: _respelled(a["text"], p, r),
        "repunctuated": lambda a, p, r: _repunctuated(a["text"], p, r),
        "merged": lambda a, p, r: _merged(a["text"], p, r),
        "cut_middle": lambda a, p, r: less(a["text"], p, 0, 0.35) + "\n\n" + less(a["text"], p, r.uniform(0.6, 0.7), 1),
        "background_3x": lambda a, p, r: background(a["text"], p, r),
        "printed": lambda a, p, r: _printed(a["text"], p, r),
        "paywall": lambda a, p, r: less(a["text"], p, 0, r.uniform(0.2, 0.4)) + "\n\n" + PAYWALL[p.lang],
        "misread": lambda a, p, r: _misread(a["text"], p, r),
        "junk": lambda a, p, r: _junk(a["text"], p, r),
        "edited_20_cut": lambda a, p, r: maker.replaced(less(a["text"], p, r.uniform(0, 0.2), 0.7), p, r, 0.2),
        "listed_lead": lambda a, p, r: _listed(less(a["text"], p, 0, 0.3), p, r),
    }  # fmt: skip
    strangers = {
        "neg_listed": lambda a, p, r: "\n".join((a["text"], *(one["title"] for one in r.sample(p.stored, 10)))),
        "neg_paywall": lambda a, p, r: less(a["text"], p, 0, r.uniform(0.2, 0.5)) + "\n\n" + PAYWALL[p.lang],
        "neg_bylined": lambda a, p, r: _bylined(maker.teaser(a["text"], p, r), p, r),
        "neg_printed": lambda a, p, r: _printed(a["text"], p, r),
        "neg_quote_teaser": lambda a, p, r: p.glue.join(
            (maker.teaser(a["text"], p, r), maker.quotable(r.choice(p.stored), a, p.lang) or "", less(a["text"], p, 0.3, 0.5))
        ),
    }  # fmt: skip
    return copies_, strangers


def own_kinds(maker: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return further kinds of copies and of strangers, in the form of `make_copies`."""

    def pieces(text: str, pool: Any, rng: random.Random) -> str:
        first = maker.cut(text, pool.lang, 0.05, 0.3)
        return str(first + "\n\n" + maker.cut(text, pool.lang, 0.6, rng.uniform(0.85, 0.95)))

    def teaser_edited(text: str, pool: Any, rng: random.Random) -> str:
        return str(maker.replaced(maker.teaser(text, pool, rng), pool, rng, 0.1))

    def framed_teaser(text: str, pool: Any, rng: random.Random) -> str:
        return str(maker.wrapped(maker.cut(text, pool.lang, 0, 0.5), pool.outlets[2], rng))

    def joined(text: str, pool: Any, rng: random.Random) -> str:
        other = maker.cut(rng.choice(pool.others)["text"], pool.lang, 0, 0.5)
        return "\n\n".join(rng.sample([text, other], 2))

    def stranger(text: str, pool: Any, rng: random.Random, share: float) -> str:
        return str(maker.cut(text, pool.lang, 0, rng.uniform(share, 1)) + "\n\n" + BACKGROUND[pool.lang])

    copies_ = {
        "last_half": lambda a, p, r: maker.cut(a["text"], p.lang, maker.around(r, 0.5), 1),
        "last_half_framed": lambda a, p, r: maker.wrapped(
            maker.cut(a["text"], p.lang, 0.4, 1), r.choice(p.outlets), r
        ),
        "two_pieces": lambda a, p, r: pieces(a["text"], p, r),
        "abridged": lambda a, p, r: _without_third(a["text"], p, r),
        "typography": lambda a, p, r: _typography(a["text"], p, r),
        "commented": lambda a, p, r: _commented(a["text"], p, r),
        "joined": lambda a, p, r: joined(a["text"], p, r),
        "teaser_edited": lambda a, p, r: teaser_edited(a["text"], p, r),
        "framed_half": lambda a, p, r: framed_teaser(a["text"], p, r),
        "edited_15_framed": lambda a, p, r: maker.wrapped(
            maker.replaced(a["text"], p, r, 0.15), r.choice(p.outlets), r
        ),
    }
    strangers = {
        "neg_boilerplate": maker.neg_boilerplate,
        "neg_quote": maker.neg_quote,
        "neg_background_first": lambda a, p, r: stranger(a["text"], p, r, 0.3),
        "neg_teaser_background": lambda a, p, r: maker.teaser(a["text"], p, r) + "\n\n" + BACKGROUND[p.lang],
    }
    return copies_, strangers


def module_(name: str) -> Any:
    return importlib.import_module(name)


def own_lines(shared: Path, seed: int, *, unseen: bool = False) -> list[dict[str, Any]]:
    """Return store and queries of our own kinds, on the other half of the pages."""
    maker = module("make_copies", shared)
    articles = maker.load_articles(maker.HERE / "articles.jsonl", maker.GOLD, gold_half=1)
    kinds, strangers = unseen_kinds(maker) if unseen else own_kinds(maker)

    def dress(article: dict[str, Any], pool: Any, number: int) -> str:
        text = str(maker.stored_text(article, pool, number))
        return "\n\n".join((text, *{1: [BACKGROUND[pool.lang]], 3: [PAYWALL[pool.lang]]}.get(number, ())))

    pools = maker.make_pools(articles, OWN_OUTLETS, OWN_WORDS, seed)
    return list(maker.build(pools, kinds, strangers, [*kinds, *strangers], seed, dress))


# ------------------------------------------------------------------------------------------ planted changes

SURE_KINDS = ("other_title", "boilerplate", "first_60", "middle_half", "no_lead", "reordered")
"""Kinds that leave the wording alone: a planted change is the only one."""
EDITED_KINDS = ("replaced_05", "replaced_10", "mixed")
MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
}
OTHER_WORDS = {"en": "settlement", "ru": "соглашение", "ja": "相談"}
QUOTED = re.compile(r'(?<!\w)"(?=\w)[^"\n]{25,}"(?!\w)|“[^”\n]{25,}”|«[^»\n]{25,}»|「[^」\n]{12,}」')


def _number(text: str, lang: str, rng: random.Random) -> Iterator[tuple[int, int, str]]:
    del lang
    months = "|".join((*MONTHS["en"], *MONTHS["ru"]))
    after_month = re.compile(rf"(?:{months}) $")
    # Neither days nor years, nor scores, times and lists, in which one figure stands beside another.
    pattern = rf"(?<![\d.,:/–-])\d{{1,3}}(?:,\d{{3}})*(?![\d.,:/)–-]*\d)(?! ?(?:日|月|年|{months}))"
    for match in re.finditer(pattern, text):
        if not after_month.search(text[: match.start()][-12:]):
            yield match.start(), match.end(), str(int(match[0].replace(",", "")) + rng.choice((1, 7, 30)))


def _date(text: str, lang: str, rng: random.Random) -> Iterator[tuple[int, int, str]]:
    if lang == "ja":
        for match in re.finditer(r"(\d{1,2})(?=[月日])", text):
            yield match.start(), match.end(), str(int(match[0]) % 12 + 1)
        return
    for match in re.finditer(rf"\b(?:{'|'.join(MONTHS[lang])})\b", text):
        others = [month for month in MONTHS[lang] if month != match[0]]
        yield match.start(), match.end(), rng.choice(others)
    for match in re.finditer(r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)", text):
        yield match.start(), match.end(), str(int(match[0]) - rng.choice((1, 2, 10)))


def _negation(text: str, lang: str, rng: random.Random) -> Iterator[tuple[int, int, str]]:
    del rng
    rules = {
        "en": ((r"\b(?:not|no|never) (?=[a-z]{3})", ""), (r"(?<=\b(?:was|are|has|had) )(?=[a-z]{3})", "not "),
               (r"(?<=\b(?:will|were|have) )(?=[a-z]{3})", "not "), (r"\bcannot\b", "can")),
        "ru": ((r"\bне (?=[а-я]{3})", ""), (r"\bнет\b", "есть"), (r"(?<= )(?=[а-я]{3,9}(?:ет|ют|ит|ли|ла)\b)", "не ")),
        "ja": ((r"ていない(?=[。、と])", "ている"), (r"した(?=。)", "しなかった"), (r"ている(?=。)", "ていない"), (r"ではない", "である")),
    }  # fmt: skip
    denied = re.compile(r"\b(?:not?|never|nothing|не|ни)\s$")
    for pattern, new in rules[lang]:
        for match in re.finditer(pattern, text):
            beside = text[match.start() : match.start() + 5] in {"not a", "not t"} or text.startswith(
                "not ", match.start()
            )
            if new.strip() in {"not", "не"} and (beside or denied.search(text[: match.start()][-8:])):
                continue  # a denial denied
            yield match.start(), match.end(), new


def _quote(text: str, lang: str, rng: random.Random) -> Iterator[tuple[int, int, str]]:
    del rng
    pattern = r"[一-龠]{2,3}" if lang == "ja" else r"\b[^\W\d_A-ZА-Я]{5,}\b"
    for quote in QUOTED.finditer(text):
        words = list(re.finditer(pattern, quote[0]))
        for match in words[1:-1]:
            yield quote.start() + match.start(), quote.start() + match.end(), OTHER_WORDS[lang]


PLANTS = {"number": _number, "date": _date, "negation": _negation, "quote": _quote}


def planted(
    lines: list[dict[str, Any]], kinds: Iterable[str], near: int
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield copies with one change planted where the text around (``near`` characters) is the original's."""
    texts = {line["id"]: line["text"] for line in lines if line["kind"] == "base"}
    for line in lines:
        if line["kind"] not in kinds:
            continue
        for what, places in PLANTS.items():
            rng = random.Random(f"{line['id']}/{what}")
            fit = [
                (start, end, new)
                for start, end, new in places(line["text"], line["lang"], rng)
                if line["text"][max(0, start - near) : end + near] in texts[line["base"]]
            ]
            if fit:
                start, end, new = rng.choice(fit)
                yield {**line, "text": line["text"][:start] + new + line["text"][end:],
                       "plant": (line["text"][max(0, start - 30) : end + 30], new)}, what  # fmt: skip


def report_planted(lines: list[dict[str, Any]], at_least: int, shown: int) -> None:
    table = Table(common_at_least=at_least)
    for line in lines:
        if line["kind"] == "base":
            table.add(line["id"], prepare(line["title"], "", line["text"], line["lang"]))
    for name, kinds, near in (("wording kept", SURE_KINDS, 24), ("wording edited", EDITED_KINDS, 6)):
        seen: dict[tuple[str, str], list[bool]] = defaultdict(list)
        for query, what in planted(lines, kinds, near):
            match = table.find(prepare(query["title"], "", query["text"], query["lang"]))
            hit = match is not None and any(change.kind == what for change in match.changes)
            other = match is not None and bool(match.changes)
            seen[what, query["lang"]].append(hit or (other and what in {"number", "date"}))
            if not seen[what, query["lang"]][-1] and shown:
                shown -= 1
                print("  missed", query["id"], what, query["plant"], match.changes if match else None)
        print(f"planted changes found, {name}")
        for what in PLANTS:
            cells = [(lang, seen[what, lang]) for lang in LANGS if seen[what, lang]]
            print(
                f"  {what:<10}"
                + "".join(f"  {lang} {sum(c) / len(c):.3f} of {len(c):>4}" for lang, c in cells)
            )


def main() -> None:
    ap = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    ap.add_argument("--shared", default=os.environ.get("MONITOR_SHARED", str(ROOT.parent / "shared")))
    ap.add_argument("--seeds", default="1,2,3")
    ap.add_argument("--common", type=int, default=COMMON_AT_LEAST)
    ap.add_argument("--errors", type=int, default=0)
    ap.add_argument("--own", action="store_true", help="kinds, outlets and words of our own, the other pages")
    ap.add_argument("--unseen", action="store_true", help="kinds of our own that nothing was chosen on")
    ap.add_argument("--road", action="store_true", help="with a real store")
    ap.add_argument("--keep", action="store_true", help="with --road: keep copies, as a desk does")
    ap.add_argument("--planted", action="store_true", help="also plant changes, and count those found")
    args = ap.parse_args()
    shared = Path(args.shared)
    scorer = module("score_copies", shared)
    for seed in map(int, args.seeds.split(",")):
        begun = time.process_time()
        own = args.own or args.unseen
        lines = own_lines(shared, seed, unseen=args.unseen) if own else generated(shared, seed)
        made = time.process_time()
        answers, matches = on_the_road(lines, keep=args.keep) if args.road else judged(lines, args.common)
        spent = time.process_time() - made
        queries = [line for line in lines if line["kind"] != "base"]
        print(
            f"seed {seed}: {len(queries)} queries, {1000 * spent / len(lines):.2f} ms each (made in {made - begun:.1f} s)"
        )
        print(scorer.report(scorer.score(queries, answers)))
        wrong = list(false_updates(queries, matches))
        print(f"copies called updates: {len(wrong)} of {sum(q['base'] is not None for q in queries)}")
        for name, match in wrong[: args.errors]:
            print("  ", name, [(c.kind, c.old, c.new) for c in match.changes])
        if args.planted:
            report_planted(lines, args.common, args.errors)
        for query in [query for query in queries if answers[query["id"]] != query["base"]][: args.errors]:
            best = matches[query["id"]]
            figures = (best.known, best.share, best.share_of_new, best.share_of_known) if best else None
            print(f"  {query['id']}: want {query['base']}, got {answers[query['id']]}", figures)


if __name__ == "__main__":
    main()
