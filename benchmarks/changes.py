# ruff: noqa: E501  invented texts and tables read better as text
"""The change guard on planted changes and harmless edits: found and falsely alarmed, by kind and language.

    python benchmarks/changes.py [--seeds 1,2,3] [--errors 20] [--hashes]

All texts are invented. Every edit is tried alone and inside copies of several forms: cut, framed, reordered,
extended, and with other words exchanged; with `--hashes` against a known text of which only hashes are kept
(a seed). A change counts as found where a change is reported whose new side holds what was planted.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from monitor.judge import changes, fingerprint  # noqa: E402  the checkout first
from monitor.model import Change, KnownArticle  # noqa: E402
from monitor.text.prepare import prepare  # noqa: E402

LANGS = ("en", "ru", "ja")
GLUE = {"en": " ", "ru": " ", "ja": ""}

TEXT = {
    "en": (
        "A deputy harbour minister, Pavel Ostrakov, told reporters in Velmont on 3 March 2025 that the northern channel stays closed.",
        "His office has not agreed to any visit, and there are no plans for a meeting of the two guilds.",
        "The inspectors counted 12 trawlers, 7 ferries and 31 rowing boats along the outer pier.",
        "Support for the ban fell to 38.5 percent, down from 61 percent a year earlier, a poll of 1,240 households showed.",
        "The upper chamber rejected the motion 14-9 after a session that opened at 10:30 and closed at 14:45 local time.",
        "Between 40 and 55 delegates are expected at the third round, which begins on Tuesday in the town of Marrowby.",
        '"We will never leave the southern quay while our neighbours keep their heavy vessels there," Ostrakov said.',
        "The ministry spent 4.2 billion crowns on the breakwater in 2016-2018 and twenty-five boats were refitted.",
        "The lighthouse stands 12 kilometres from the border and was built without foreign loans in 1956.",
        "Irene Castellan, who heads the pilots' guild, called the decision lawful but said it was not final.",
        '"The agreement remains a serious proposal and we expect a clear answer before winter," she told a radio station.',
        "Two of the four islands have been empty since October, and residents cannot return before the ice is gone.",
    ),
    "ru": (
        "Заместитель министра гаваней Павел Остраков сообщил журналистам в Вельмонте 3 марта 2025 года, что северный пролив остаётся закрытым.",
        "Ведомство не согласилось ни на один визит, и планов встречи двух гильдий нет.",
        "Инспекторы насчитали 12 траулеров, 7 паромов и 31 весельную лодку вдоль внешнего пирса.",
        "Поддержка запрета упала до 38,5 процента с 61 процента годом ранее, показал опрос 1240 семей.",
        "Верхняя палата отклонила предложение со счётом 14:9 после заседания, которое началось в 10:30 и закончилось в 14:45.",
        "От 40 до 55 делегатов ожидают на третьем раунде, который начнётся во вторник в городе Маробее.",
        "«Мы никогда не покинем южную пристань, пока соседи держат там тяжёлые суда», — заявил Остраков.",
        "Министерство потратило 4,2 млрд крон на волнорез в 2016–2018 годах, двадцать пять лодок переоборудовали.",
        "Маяк стоит в 12 километрах от границы и построен без иностранных займов в 1956 году.",
        "Ирина Кастеллан, которая возглавляет гильдию лоцманов, назвала решение законным, но не окончательным.",
        "«Соглашение остаётся серьёзным предложением, и мы ждём ясного ответа до зимы», — сказала она радиостанции.",
        "Два из четырёх островов пустуют с октября, и жители не могут вернуться, пока не сойдёт лёд.",
    ),
    "ja": (
        "港湾省のオストラコフ次官は2025年3月3日、ベルモントで記者団に、北の水路は閉じたままだと述べた。",
        "同省は訪問に同意しておらず、二つの組合の会合の予定はない。",
        "検査官は外側の桟橋で漁船12隻、渡し船7隻、手こぎ舟31隻を数えた。",
        "禁止への支持は1年前の61パーセントから38.5パーセントに下がったことが、1240世帯の調査で分かった。",
        "上院は午前10時30分に始まり午後2時45分に終わった会議の後、動議を14対9で否決した。",
        "火曜日にマローの町で始まる第三回の協議には40人から55人の代表が見込まれている。",
        "「隣国が重い船を置いている限り、われわれは南の岸壁を決して離れない」とオストラコフ氏は語った。",
        "同省は2016年から2018年に防波堤へ42億クローネを使い、二十五隻の船を改修した。",
        "灯台は国境から12キロの所にあり、外国の借款なしに1956年に建てられた。",
        "水先人組合の長カステラン氏は決定を合法だと呼んだが、最終的ではないと話した。",
        "「合意は今も重要な提案であり、冬の前に明確な答えを期待している」と同氏はラジオ局に語った。",
        "四つの島のうち二つは10月から無人で、氷がなくなるまで住民は戻ることができない。",
    ),
}
# kind, old, new, what the new side of the reported change must hold ("" where nothing stands there)
PLANTED = {
    "en": (
        ("list", "7 ferries", "9 ferries", "9"),
        ("list", "31 rowing", "13 rowing", "13"),
        ("list", "12 trawlers", "21 trawlers", "21"),
        ("score", "14-9", "14-6", "6"),
        ("score", "14-9", "11-9", "11"),
        ("clock", "at 10:30", "at 11:30", "11"),
        ("clock", "14:45", "14:15", "15"),
        ("clock", "14:45", "16:45", "16"),
        ("range", "40 and 55", "40 and 65", "65"),
        ("range", "40 and 55", "20 and 55", "20"),
        ("range", "2016-2018", "2016-2019", "2019"),
        ("percent", "38.5 percent", "83.5 percent", "83.5"),
        ("percent", "61 percent", "16 percent", "16"),
        ("percent", "38.5 percent", "38.9 percent", "38.9"),
        ("number", "1,240 households", "2,140 households", "2,140"),
        ("scale", "4.2 billion", "4.2 million", "4.2 million"),
        ("scale", "4.2 billion", "2.4 billion", "2.4"),
        ("words", "twenty-five boats", "thirty-five boats", "thirty"),
        ("words", "Two of the four", "Three of the four", "Three"),
        ("words", "the four islands", "the five islands", "five"),
        ("words", "third round", "fourth round", "fourth"),
        ("number", "12 kilometres", "17 kilometres", "17"),
        ("date", "3 March 2025", "8 March 2025", "8"),
        ("date", "3 March 2025", "3 April 2025", "April"),
        ("date", "3 March 2025", "3 March 2024", "2024"),
        ("date", "on Tuesday", "on Friday", "Friday"),
        ("date", "in 1956", "in 1965", "1965"),
        ("date", "since October", "since November", "November"),
        ("negation", "has not agreed", "has agreed", ""),
        ("negation", "are no plans", "are plans", ""),
        ("negation", "never leave", "leave", ""),
        ("negation", "without foreign", "with foreign", "with"),
        ("negation", "was not final", "was final", ""),
        ("negation", "cannot return", "can return", "can"),
        ("negation", "decision lawful", "decision unlawful", "un"),
        ("negation", "channel stays closed", "channel no longer stays closed", "no"),
        ("negation", "are expected at", "are not expected at", "not"),
        ("negation", "inspectors counted", "inspectors never counted", "never"),
        ("name", "Pavel Ostrakov", "Pavel Lindqvist", "Lindqvist"),
        ("name", "in Velmont", "in Durness", "Durness"),
        ("name", "town of Marrowby", "town of Quillham", "Quillham"),
        ("name", "Irene Castellan", "Irene Bromfeld", "Bromfeld"),
        ("name", 'there," Ostrakov said', 'there," Dragomir said', "Dragomir"),
        ("quote", "heavy vessels", "small vessels", "small"),
        ("quote", "serious proposal", "foolish proposal", "foolish"),
        ("quote", "clear answer", "friendly answer", "friendly"),
        ("quote", "before winter", "before summer", "summer"),
        ("quote", "leave the southern quay", "share the southern quay", "share"),
    ),
    "ru": (
        ("list", "7 паромов", "9 паромов", "9"),
        ("list", "31 весельную", "13 весельных", "13"),
        ("list", "12 траулеров", "21 траулер", "21"),
        ("score", "14:9", "14:6", "6"),
        ("score", "14:9", "11:9", "11"),
        ("clock", "в 10:30", "в 11:30", "11"),
        ("clock", "14:45", "14:15", "15"),
        ("clock", "14:45", "16:45", "16"),
        ("range", "От 40 до 55", "От 40 до 65", "65"),
        ("range", "От 40 до 55", "От 20 до 55", "20"),
        ("range", "2016–2018", "2016–2019", "2019"),
        ("percent", "38,5 процента", "83,5 процента", "83,5"),
        ("percent", "61 процента", "16 процентов", "16"),
        ("percent", "38,5 процента", "38,9 процента", "38,9"),
        ("number", "1240 семей", "2140 семей", "2140"),
        ("scale", "4,2 млрд", "4,2 млн", "4,2 млн"),
        ("scale", "4,2 млрд", "2,4 млрд", "2,4"),
        ("words", "двадцать пять лодок", "тридцать пять лодок", "тридцать"),
        ("words", "двадцать пять лодок", "двадцать шесть лодок", "шесть"),
        ("words", "Два из четырёх", "Три из четырёх", "Три"),
        ("words", "четырёх островов", "пяти островов", "пяти"),
        ("words", "третьем раунде", "четвёртом раунде", "четвёрт"),
        ("number", "12 километрах", "17 километрах", "17"),
        ("date", "3 марта 2025", "8 марта 2025", "8"),
        ("date", "3 марта 2025", "3 апреля 2025", "апреля"),
        ("date", "3 марта 2025", "3 марта 2024", "2024"),
        ("date", "во вторник", "в пятницу", "пятниц"),
        ("date", "в 1956", "в 1965", "1965"),
        ("date", "с октября", "с ноября", "ноября"),
        ("negation", "не согласилось ни на один визит", "согласилось на один визит", ""),
        ("negation", "двух гильдий нет", "двух гильдий есть", ""),
        ("negation", "никогда не покинем", "покинем", ""),
        ("negation", "без иностранных займов", "с иностранными займами", "с"),
        ("negation", "не окончательным", "окончательным", ""),
        ("negation", "не могут вернуться", "могут вернуться", ""),
        ("negation", "решение законным", "решение незаконным", "не"),
        ("negation", "остаётся закрытым", "не остаётся закрытым", "не"),
        ("negation", "делегатов ожидают", "делегатов не ожидают", "не"),
        ("negation", "Инспекторы насчитали", "Инспекторы не насчитали", "не"),
        ("name", "Павел Остраков", "Павел Линдквист", "Линдквист"),
        ("name", "в Вельмонте", "в Дурнессе", "Дурнессе"),
        ("name", "городе Маробее", "городе Квилхэме", "Квилхэме"),
        ("name", "Ирина Кастеллан", "Ирина Бромфельд", "Бромфельд"),
        ("name", "заявил Остраков", "заявил Драгомир", "Драгомир"),
        ("quote", "тяжёлые суда", "мелкие суда", "мелкие"),
        ("quote", "серьёзным предложением", "глупым предложением", "глупым"),
        ("quote", "ясного ответа", "дружеского ответа", "дружеского"),
        ("quote", "до зимы", "до лета", "лета"),
        ("quote", "не покинем южную", "не разделим южную", "разделим"),
    ),
    "ja": (
        ("list", "渡し船7隻", "渡し船9隻", "9"),
        ("list", "手こぎ舟31隻", "手こぎ舟13隻", "13"),
        ("list", "漁船12隻", "漁船21隻", "21"),
        ("score", "14対9", "14対6", "6"),
        ("score", "14対9", "11対9", "11"),
        ("clock", "午前10時30分", "午前11時30分", "11"),
        ("clock", "午後2時45分", "午後2時15分", "15"),
        ("clock", "午後2時45分", "午後4時45分", "4"),
        ("range", "40人から55人", "40人から65人", "65"),
        ("range", "40人から55人", "20人から55人", "20"),
        ("range", "2016年から2018年", "2016年から2019年", "2019"),
        ("percent", "38.5パーセント", "83.5パーセント", "83.5"),
        ("percent", "61パーセント", "16パーセント", "16"),
        ("percent", "38.5パーセント", "38.9パーセント", "38.9"),
        ("number", "1240世帯", "2140世帯", "2140"),
        ("scale", "42億クローネ", "42万クローネ", "42万"),
        ("scale", "42億クローネ", "24億クローネ", "24"),
        ("words", "二十五隻", "三十五隻", "三十五"),
        ("words", "島のうち二つ", "島のうち三つ", "三"),
        ("words", "四つの島", "五つの島", "五"),
        ("words", "第三回", "第四回", "四"),
        ("words", "二つの組合", "三つの組合", "三"),
        ("number", "12キロの", "17キロの", "17"),
        ("date", "3月3日", "3月8日", "8"),
        ("date", "3月3日", "4月3日", "4"),
        ("date", "2025年3月", "2024年3月", "2024"),
        ("date", "火曜日", "金曜日", "金"),
        ("date", "1956年", "1965年", "1965"),
        ("date", "10月から", "11月から", "11"),
        ("negation", "同意しておらず", "同意しており", ""),
        ("negation", "予定はない", "予定がある", ""),
        ("negation", "決して離れない", "離れる", ""),
        ("negation", "借款なしに", "借款により", ""),
        ("negation", "最終的ではない", "最終的である", ""),
        ("negation", "ことができない", "ことができる", ""),
        ("negation", "合法だと", "非合法だと", "非"),
        ("negation", "数えた", "数えなかった", "な"),
        ("negation", "見込まれている", "見込まれていない", "な"),
        ("negation", "改修した", "改修しなかった", "な"),
        ("name", "オストラコフ次官", "リンドクビスト次官", "リンドクビスト"),
        ("name", "ベルモントで", "ダーネスで", "ダーネス"),
        ("name", "マローの町", "クイルハムの町", "クイルハム"),
        ("name", "カステラン氏は", "ブロムフェルト氏は", "ブロムフェルト"),
        ("name", "オストラコフ氏は", "ドラゴミル氏は", "ドラゴミル"),
        ("quote", "重い船", "小さい船", "小さ"),
        ("quote", "重要な提案", "愚かな提案", "愚か"),
        ("quote", "明確な答え", "友好的な答え", "友好"),
        ("quote", "冬の前に", "夏の前に", "夏"),
        ("quote", "岸壁を決して離れない", "岸壁を決して分けない", "分け"),
    ),
}
HARMLESS = {
    "en": (
        ("synonym", "rejected the motion", "turned the motion down"),
        ("synonym", "told reporters", "said to journalists"),
        ("synonym", "Support for the ban fell", "Backing for the ban dropped"),
        ("synonym", "called the decision", "described the decision as"),
        ("synonym", "begins on", "starts on"),
        ("synonym", "was built without", "was put up without"),
        ("synonym", "residents cannot return", "inhabitants cannot come back"),
        ("synonym", "The ministry spent", "The department laid out"),
        ("number", "12 trawlers", "twelve trawlers"),
        ("number", "7 ferries", "seven ferries"),
        ("number", "1,240 households", "1240 households"),
        ("number", "twenty-five boats", "25 boats"),
        ("number", "Two of the four", "2 of the 4"),
        ("number", "4.2 billion crowns", "4.2bn crowns"),
        ("number", "4.2 billion crowns", "4,200 million crowns"),
        ("number", "third round", "3rd round"),
        ("unit", "38.5 percent", "38.5%"),
        ("unit", "61 percent", "61 per cent"),
        ("unit", "12 kilometres", "12 km"),
        ("unit", "12 kilometres", "12 kilometers"),
        ("score", "14-9", "14 to 9"),
        ("score", "14-9", "14–9"),
        ("score", "14-9", "by 14 votes to nine"),
        ("clock", "at 10:30", "at 10.30"),
        ("clock", "10:30 and", "10:30 a.m. and"),
        ("clock", "14:45 local time", "2:45 p.m. local time"),
        ("range", "Between 40 and 55", "From 40 to 55"),
        ("range", "Between 40 and 55", "Some 40-55"),
        ("range", "2016-2018", "2016–18"),
        ("range", "in 2016-2018", "between 2016 and 2018"),
        ("date", "on 3 March 2025", "on March 3, 2025"),
        ("date", "on 3 March 2025", "on March 3"),
        ("date", "on 3 March 2025", "on Monday, 3 March 2025,"),
        ("date", "on 3 March 2025", "on 03.03.2025"),
        ("date", "on 3 March 2025", "on Monday"),
        ("date", "on Tuesday", "Tuesday"),
        ("date", "since October", "since last October"),
        ("name", "Pavel Ostrakov", "Ostrakov"),
        ("name", "Pavel Ostrakov", "P. Ostrakov"),
        ("name", "Pavel Ostrakov", "Pavel Ostrakoff"),
        ("name", "Irene Castellan", "Irina Castellán"),
        ("name", "in Velmont", "in the capital"),
        ("name", "Ostrakov said", "he said"),
        ("name", "town of Marrowby", "town of Marrow-By"),
        ("negation", "has not agreed", "hasn't agreed"),
        ("negation", "cannot return", "can't return"),
        ("negation", "cannot return", "are unable to return"),
        ("negation", "cannot return", "are not able to return"),
        ("negation", "are no plans", "aren't any plans"),
        ("negation", "was not final", "wasn't final"),
        ("negation", "without foreign loans", "with no foreign loans"),
        ("quote", "leave the southern quay while", "leave the southern quay ... while"),
        ("quote", 'there," Ostrakov said', "there” , Ostrakov said"),
        ("quote", '"We will never leave', "“We will never leave"),
        (
            "quote",
            '"The agreement remains a serious proposal and we expect a clear answer before winter,"',
            '"The agreement remains a serious proposal,"',
        ),
        ("quote", "neighbours keep", "neighbors keep"),
        ("quote", "heavy vessels there", "[heavy] vessels there"),
        (
            "quote",
            '"The agreement remains a serious proposal and we',
            'The agreement "remains a serious proposal" and "we',
        ),
    ),
    "ru": (
        ("synonym", "отклонила предложение", "отвергла предложение"),
        ("synonym", "сообщил журналистам", "рассказал репортёрам"),
        ("synonym", "упала до", "снизилась до"),
        ("synonym", "назвала решение", "сочла решение"),
        ("synonym", "который начнётся", "что стартует"),
        ("synonym", "построен без", "возведён без"),
        ("synonym", "жители не могут вернуться", "обитатели не могут возвратиться"),
        ("synonym", "Министерство потратило", "Ведомство израсходовало"),
        ("number", "12 траулеров", "двенадцать траулеров"),
        ("number", "7 паромов", "семь паромов"),
        ("number", "1240 семей", "1 240 семей"),
        ("number", "1240 семей", "1,24 тыс. семей"),
        ("number", "двадцать пять лодок", "25 лодок"),
        ("number", "Два из четырёх", "2 из 4"),
        ("number", "4,2 млрд крон", "4,2 миллиарда крон"),
        ("number", "4,2 млрд крон", "4200 миллионов крон"),
        ("number", "третьем раунде", "3-м раунде"),
        ("unit", "38,5 процента", "38,5%"),
        ("unit", "61 процента", "61 %"),
        ("unit", "12 километрах", "12 км"),
        ("score", "14:9", "14 на 9"),
        ("score", "14:9", "14—9"),
        ("clock", "в 10:30", "в 10.30"),
        ("clock", "в 10:30", "в 10 часов 30 минут"),
        ("range", "От 40 до 55", "40–55"),
        ("range", "От 40 до 55", "Между 40 и 55"),
        ("range", "2016–2018 годах", "2016-2018 гг."),
        ("range", "в 2016–2018 годах", "с 2016 по 2018 год"),
        ("date", "3 марта 2025 года", "3 марта"),
        ("date", "3 марта 2025 года", "03.03.2025"),
        ("date", "3 марта 2025 года", "в понедельник, 3 марта,"),
        ("date", "3 марта 2025 года", "третьего марта"),
        ("date", "3 марта 2025 года", "в понедельник"),
        ("date", "с октября", "с прошлого октября"),
        ("name", "Павел Остраков", "Остраков"),
        ("name", "Павел Остраков", "П. Остраков"),
        ("name", "Павел Остраков", "Павел Остракоф"),
        ("name", "Ирина Кастеллан", "Ирэн Кастелан"),
        ("name", "в Вельмонте", "в столице"),
        ("name", "заявил Остраков", "заявил он"),
        ("name", "городе Маробее", "городе Маробэе"),
        ("name", "заявил Остраков", "заявил господин Остраков"),
        ("spelling", "остаётся закрытым", "остается закрытым"),
        ("spelling", "четырёх островов", "четырех островов"),
        ("negation", "планов встречи двух гильдий нет", "планов встречи двух гильдий не имеется"),
        ("negation", "не могут вернуться", "не в состоянии вернуться"),
        ("negation", "не могут вернуться", "вернуться не могут"),
        ("negation", "не согласилось ни на один визит", "отказалось от любых визитов"),
        ("quote", "«Мы никогда не", '"Мы никогда не'),
        ("quote", "суда», — заявил", 'суда", заявил'),
        ("quote", "тяжёлые суда", "тяжелые суда"),
        ("quote", "покинем южную пристань, пока", "покинем южную пристань… пока"),
        (
            "quote",
            "«Соглашение остаётся серьёзным предложением, и мы ждём ясного ответа до зимы»",
            "«Соглашение остаётся серьёзным предложением»",
        ),
        (
            "quote",
            "«Соглашение остаётся серьёзным предложением, и мы ждём",
            "Соглашение остаётся «серьёзным предложением», и «мы ждём",
        ),
    ),
    "ja": (
        ("synonym", "動議を14対9で否決した", "動議を14対9で退けた"),
        ("synonym", "記者団に、北の水路", "報道陣に、北の水路"),
        ("synonym", "閉じたままだと述べた", "閉じたままだと語った"),
        ("synonym", "に下がったことが", "に低下したことが"),
        ("synonym", "見込まれている", "予想されている"),
        ("synonym", "建てられた", "建設された"),
        ("synonym", "住民は戻ることができない", "島民は帰ることができない"),
        ("synonym", "同省は2016年", "省は2016年"),
        ("number", "漁船12隻", "漁船十二隻"),
        ("number", "渡し船7隻", "渡し船七隻"),
        ("number", "1240世帯", "1,240世帯"),
        ("number", "1240世帯", "千二百四十世帯"),
        ("number", "二十五隻", "25隻"),
        ("number", "四つの島のうち二つ", "4つの島のうち2つ"),
        ("number", "42億クローネ", "４２億クローネ"),
        ("number", "42億クローネ", "4200百万クローネ"),
        ("number", "第三回", "第3回"),
        ("unit", "38.5パーセント", "38.5％"),
        ("unit", "61パーセント", "61%"),
        ("unit", "12キロの", "12キロメートルの"),
        ("unit", "12キロの", "12㌔の"),
        ("score", "14対9", "１４―９"),
        ("score", "14対9", "賛成14、反対9"),
        ("clock", "午後2時45分", "14時45分"),
        ("clock", "午前10時30分", "午前10時半"),
        ("clock", "午前10時30分", "10:30"),
        ("range", "40人から55人", "40～55人"),
        ("range", "40人から55人", "40人ないし55人"),
        ("range", "2016年から2018年", "2016～2018年"),
        ("date", "2025年3月3日", "3月3日"),
        ("date", "2025年3月3日", "令和7年3月3日"),
        ("date", "2025年3月3日", "3日"),
        ("date", "2025年3月3日", "２０２５年３月３日"),
        ("date", "1956年", "昭和31年"),
        ("date", "火曜日に", "火曜に"),
        ("name", "オストラコフ次官", "パベル・オストラコフ次官"),
        ("name", "オストラコフ次官", "オストラーコフ次官"),
        ("name", "ベルモントで", "ヴェルモントで"),
        ("name", "ベルモントで", "首都で"),
        ("name", "カステラン氏は", "カステラーン氏は"),
        ("name", "オストラコフ氏は語った", "同氏は語った"),
        ("spelling", "ことができない", "事が出来ない"),
        ("spelling", "重い船", "重いふね"),
        ("negation", "予定はない", "予定は無い"),
        ("negation", "同意しておらず", "同意していないうえ"),
        ("negation", "同意しておらず", "同意せず"),
        ("negation", "最終的ではない", "最終的なものではない"),
        ("negation", "ことができない", "ことはできない"),
        ("negation", "予定はない。", "予定はありません。"),
        ("quote", "「隣国が", "『隣国が"),
        ("quote", "限り、われわれは", "限り、我々は"),
        ("quote", "提案であり、冬", "提案であり，冬"),
        (
            "quote",
            "「合意は今も重要な提案であり、冬の前に明確な答えを期待している」",
            "「合意は今も重要な提案」",
        ),
        ("quote", "岸壁を決して", "岸壁を（今後も）決して"),
    ),
}
ELSEWHERE = {
    "en": (
        "Rain fell on 17 of 19 days in the valley, and nobody at the mill complained.",
        "Our correspondent Hilda Varga adds that 480 tickets for the winter fair in Brook End are gone.",
        '"It is not the first time that a kettle has whistled here," a cook replied.',
        "On Thursday the museum shows 66 lamps; it has no catalogue.",
    ),
    "ru": (
        "В долине дождь шёл 17 дней из 19, и никто на мельнице не жаловался.",
        "Наш корреспондент Хильда Варга добавляет, что 480 билетов на зимнюю ярмарку в Ручьях проданы.",
        "«Здесь чайник свистит не в первый раз», — ответил повар.",
        "В четверг музей показывает 66 ламп; каталога у него нет.",
    ),
    "ja": (
        "谷では19日のうち17日雨が降ったが、水車小屋では誰も文句を言わなかった。",
        "本紙のバルガ記者によると、小川の冬の市の切符480枚は売り切れた。",
        "「ここでやかんが鳴るのは初めてではない」と料理人は答えた。",
        "木曜日には博物館が灯火66点を展示する。目録はない。",
    ),
}
EXCHANGED = {
    "en": (("reporters", "journalists"), ("inspectors", "officials"), ("along", "beside"), ("showed", "found"), ("expected", "awaited"),
           ("called", "named"), ("empty", "deserted"), ("heads", "leads"), ("meeting", "gathering"), ("local time", "by local clocks")),
    "ru": (("журналистам", "репортёрам"), ("Инспекторы", "Проверяющие"), ("вдоль", "возле"), ("показал", "выявил"), ("ожидают", "ждут"),
           ("назвала", "сочла"), ("пустуют", "безлюдны"), ("возглавляет", "ведёт"), ("встречи", "собрания"), ("остаётся закрытым", "пока закрыт")),
    "ja": (("記者団", "報道陣"), ("検査官", "係官"), ("外側", "外"), ("分かった", "判明した"), ("見込まれて", "予想されて"),
           ("呼んだ", "みなした"), ("無人", "空"), ("長", "代表"), ("会合", "集まり"), ("会議", "審議")),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One copy with one edit."""

    lang: str
    kind: str
    form: str
    old: str
    new: str
    text: str
    holds: str | None
    """What the new side must hold; None for a harmless edit."""


def forms(lang: str, sentences: list[str], at: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the copy in which sentence ``at`` was edited, whole and in several forms."""
    glue = GLUE[lang]

    def paragraphs(some: list[str]) -> str:
        return "\n\n".join(glue.join(some[n : n + 3]) for n in range(0, len(some), 3))

    yield "whole", paragraphs(sentences)
    first, last = max(0, at - rng.randrange(1, 4)), at + rng.randrange(2, 5)
    yield "cut", paragraphs(sentences[first:last])
    added = list(sentences)
    for place in (at + 1, at, 0):
        added.insert(place, rng.choice(ELSEWHERE[lang]))
    yield "extended", paragraphs(added)
    mixed = list(sentences)
    rng.shuffle(mixed)
    yield "reordered", glue.join(mixed)
    words = [(old, new) for old, new in EXCHANGED[lang] if rng.random() < 0.5]
    edited = list(sentences)
    for place in range(len(edited)):
        for old, new in words:
            edited[place] = edited[place].replace(old, new)
    yield "edited", paragraphs(edited)


def cases(seed: int) -> Iterator[Case]:
    """Yield planted changes and harmless edits in every form; other places and words for another seed."""
    for lang in LANGS:
        edits = [*PLANTED[lang], *((kind, old, new, None) for kind, old, new in HARMLESS[lang])]
        for kind, old, new, holds in edits:
            places = [n for n, one in enumerate(TEXT[lang]) if old in one]
            if not places:
                raise SystemExit(f"nowhere in the text: {old}")
            at = places[-1] if kind == "name" and old.startswith(("Ostr", "ост")) else places[0]
            sentences = list(TEXT[lang])
            sentences[at] = sentences[at].replace(old, new, 1)
            rng = random.Random(f"{seed}/{lang}/{old}/{new}")
            for form, text in forms(lang, sentences, at, rng):
                yield Case(lang, kind, form, old, new, text, holds)
        rng = random.Random(f"{seed}/{lang}")
        for number in range(12):
            sentences = list(TEXT[lang])
            for form, text in forms(lang, sentences, number, rng):
                yield Case(lang, "none", form, "", "", text, None)


def original(lang: str, *, hashes: bool) -> KnownArticle:
    """Return the known text, or what is kept of a seed."""
    prepared = prepare("", "", "\n\n".join(TEXT[lang]), lang)
    known = KnownArticle(
        ref="article:1",
        title="",
        lang=lang,
        outlet="",
        at=None,
        fingerprint=fingerprint.of(prepared),
        traits=None,
        prepared=prepared,
    )
    return replace(known, prepared=None, guard=changes.points(prepared)) if hashes else known


def right(case: Case, found: tuple[Change, ...], *, hashes: bool) -> bool:
    """Return True for a planted change that is shown, and for a harmless edit with nothing shown."""
    if case.holds is None:
        return not found
    if hashes:  # a seed has no words: the new side can only name what it shows
        return bool(found)
    return any(case.holds in change.new or case.holds in change.sentence for change in found)


def measured(
    seeds: list[int], *, hashes: bool, every: int = 1
) -> tuple[dict[tuple[str, str, str], list[bool]], list[tuple[Case, tuple[Change, ...]]]]:
    """Return hits by (planted or harmless, kind, language), and the cases that went wrong.

    Of each seed one case in ``every`` is looked at.
    """
    table: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    wrong: list[tuple[Case, tuple[Change, ...]]] = []
    known = {lang: original(lang, hashes=hashes) for lang in LANGS}
    for seed in seeds:
        for case in islice(cases(seed), 0, None, every):
            found = changes.find(prepare("A headline", "", case.text, case.lang), known[case.lang])
            hit = right(case, found, hashes=hashes)
            what = "harmless" if case.holds is None else "planted"
            table[what, case.kind, case.lang].append(hit)
            if not hit:
                wrong.append((case, found))
    return table, wrong


def shares(table: dict[tuple[str, str, str], list[bool]], what: str, lang: str) -> tuple[float, int]:
    """Return the share of right answers over all kinds, and how many cases there were."""
    hits = [hit for (which, _, one), all_ in table.items() if which == what and one == lang for hit in all_]
    return sum(hits) / len(hits), len(hits)


def report(table: dict[tuple[str, str, str], list[bool]]) -> str:
    """Return recall of planted changes and false alarms of harmless edits, by kind and language."""
    lines = []
    for what, said in (("planted", "planted changes found"), ("harmless", "false alarms on harmless edits")):
        lines.append(said)
        kinds = dict.fromkeys(kind for which, kind, _ in table if which == what)
        for kind in (*kinds, "all"):
            cells = []
            for lang in LANGS:
                hits = table.get((what, kind, lang), [])
                share, count = (sum(hits) / len(hits), len(hits)) if hits else (0.0, 0)
                if kind == "all":
                    share, count = shares(table, what, lang)
                value = share if what == "planted" else 1 - share
                cells.append(f"   {lang} {value:.3f} of {count:>4}" if count else f"   {lang}     -        ")
            lines.append(f"  {kind:<10}" + "".join(cells))
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    ap = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    ap.add_argument("--seeds", default="1,2,3")
    ap.add_argument("--errors", type=int, default=0)
    ap.add_argument("--hashes", action="store_true", help="against a seed, of which no text is kept")
    args = ap.parse_args()
    table, wrong = measured([int(seed) for seed in args.seeds.split(",")], hashes=args.hashes)
    print(report(table))
    for case, found in wrong[: args.errors]:
        shown = [(change.kind, change.old, change.new) for change in found]
        print(f"  {case.lang} {case.kind} {case.form}: {case.old} -> {case.new}", shown)


if __name__ == "__main__":
    main()
