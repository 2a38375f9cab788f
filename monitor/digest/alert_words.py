"""What an alert says besides what a digest says, and how a digest marks what was alerted, by language."""

from __future__ import annotations

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "[{tag}] ALERT {time}: {headline}",
        "head": "Sent at once ({kinds}): {facts}, {origins}.",
        "government": "Among them a government's own source.",
        "follows": "It follows the mail of {time} on this story.",
        "next": "The digest of {time} holds it again, marked as alerted.",
        "rest": "No further alert on this story before {time}.",
        "alerted": "(alerted {time})",
        "already": "{n} already alerted",
    },
    "ru": {
        "subject": "[{tag}] СРОЧНО {time}: {headline}",
        "head": "Отправлено сразу ({kinds}): {facts}, {origins}.",
        "government": "Среди них государственный источник.",
        "follows": "Продолжение письма от {time} о том же событии.",
        "next": "Сводка от {time} повторит это с пометкой.",
        "rest": "До {time} других срочных писем об этом не будет.",
        "alerted": "(срочное письмо {time})",
        "already": "{n} уже в срочном письме",
    },
    "ja": {
        "subject": "[{tag}] 速報 {time}: {headline}",
        "head": "速報（{kinds}）：{facts}、{origins}。",
        "government": "政府自身の発表を含む。",
        "follows": "この件の{time}のメールの続報。",
        "next": "{time}の定時便にも速報済みとして再掲する。",
        "rest": "この件の次の速報は{time}以降。",
        "alerted": "（{time}速報済み）",
        "already": "うち{n}件は速報済み",
    },
}
"""The same keys and blanks in each language."""


def say(language: str, key: str, **values: object) -> str:
    """Return a phrase in that language, in English for one that has none."""
    return PHRASES.get(language, PHRASES["en"])[key].format(**values)
