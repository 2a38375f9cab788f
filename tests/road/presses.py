"""A tiny invented press for the road tests; nothing in it was ever said by anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.service.press import Press, Printed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

GRAVES = (
    "Japan and Russia have agreed that former residents may visit family graves on Kunashiri, officials in "
    "Tokyo announced. A first group of 46 people is to leave Nemuro on 11 December.\n\n"
    "Visits to the Northern Territories were stopped when Russia left the talks on a peace treaty. The ministry "
    "called the step small but welcome. A spokesman for the Kremlin said the islands remain Russian territory.\n\n"
    "The League of former residents said that its members are on average 88 years old. Two ships have been "
    "chartered, and the group will spend four days on the islands before it returns to Hokkaido."
)
TALKS = (
    "Россия не видит условий для переговоров с Японией о мирном договоре, заявил представитель МИД РФ в Москве "
    "в среду. По его словам, Токио сам отказался от диалога, присоединившись к санкциям.\n\n"
    "Южные Курилы, подчеркнул дипломат, вошли в состав страны по итогам Второй мировой войны, и этот вопрос "
    "закрыт. Японская сторона называет Итуруп, Кунашир, Шикотан и Хабомаи северными территориями и требует их "
    "возвращения до подписания договора.\n\n"
    "Контакты посольств продолжаются, но, как отметил собеседник, касаются только технических вопросов."
)
PETITION = (
    "北方領土の返還を求める署名が61万筆となり、昨年より9万筆少なかった。内閣府が20日に発表した。"
    "元島民の団体は、日ロ間の平和条約交渉が止まったままで関心が薄れていると話している。\n\n"
    "署名は択捉、国後、色丹、歯舞の四島の返還を求めるもので、根室市などで集められた。"
    "官房長官は記者会見で、領土問題を解決して平和条約を締結する方針に変わりはないと述べた。"
)
QUAKE = (
    "An earthquake of magnitude 6.1 shook the sea east of the Kuril Islands on Friday. There was no danger of a "
    "tsunami, the weather agency said. Residents of Hokkaido felt it for some seconds."
)


def printed(name, lang, source, title, body, hours, host):
    at = NOW - timedelta(hours=hours)
    summary = body.split("\n\n", maxsplit=1)[0]
    return Printed(name, lang, source, f"/{host}/news/{name}", at, title, summary, body)


def small_press() -> Press:
    """Four articles, one of them printed by two outlets, over three feeds."""
    articles = [
        printed(
            "graves",
            "en",
            "Harbour Wire",
            "Visits to graves on Kunashiri to resume",
            GRAVES,
            20,
            "hw.example",
        ),
        printed(
            "graves-copy", "en", "Pacific Ledger", "Former islanders to see graves", GRAVES, 18, "pl.example"
        ),
        printed(
            "talks",
            "ru",
            "Полит-Лента",
            "Москва: условий для переговоров с Токио нет",
            TALKS,
            15,
            "po.example",
        ),
        printed("petition", "ja", "北辰通信", "返還要求の署名、61万筆に減少", PETITION, 9, "ho.example"),
        printed("quake", "en", "Harbour Wire", "Quake shakes sea off Kurils", QUAKE, 4, "hw.example"),
    ]
    feeds = [
        {
            "path": "/hw.example/rss",
            "title": "Harbour Wire",
            "lang": "en",
            "format": "rss",
            "content": "full",
        },
        {
            "path": "/pl.example/atom",
            "title": "Pacific Ledger",
            "lang": "en",
            "format": "atom",
            "guid": "urn",
        },
        {"path": "/po.example/rss", "title": "Полит-Лента", "lang": "ru", "format": "rss"},
        {
            "path": "/ho.example/feed.json",
            "title": "北辰通信",
            "lang": "ja",
            "format": "json",
            "content": "title",
        },
    ]
    table = {feed["path"]: {**feed, "sources": [feed["title"]]} for feed in feeds}
    return Press(articles, table)


def sources_of(press: Press) -> list[dict]:
    """Return the press's feeds as source tables for a configuration."""
    country = {"en": "GB", "ru": "RU", "ja": "JP"}
    return [
        {
            "id": path.split("/")[1].split(".")[0],
            "name": feed["title"],
            "url": press.base + path,
            "lang": feed["lang"],
            "country": country[feed["lang"]],
        }
        for path, feed in press.feeds.items()
    ]
