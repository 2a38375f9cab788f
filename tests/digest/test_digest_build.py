"""What goes where: order, merging, origins, folding, filters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.digest.build import build, differing
from monitor.digest.material import LastFact, Reference, Restated, Revision, Speaker, Voice
from monitor.digest.render import render
from monitor.model import Change, Direction, JudgedSentence, Level, NoveltyLabel, Quote, Relation
from tests.digest import invented
from tests.digest.invented import article, fact, judged

BASE = replace(invented.copies_day(), articles=())


def digest(*articles, **more):
    return build(replace(BASE, articles=articles, **more))


def test_governments_come_before_bodies_before_outlets_before_comment():
    people = {
        "minister": Speaker("A. Minister", voice=Voice.GOVERNMENT),
        "guard": Speaker("Coast guard", voice=Voice.OFFICIAL),
    }

    def said(number, who, at, **more):
        one = article(number, f"Post {number}", f"Title {number}", at)
        words = f"words of {number} and nobody else"
        quotes = (Quote(speaker=who, words=words),) if who else ()
        return judged(one, sentences=(fact(0, f"He said {words}."),), quotes=quotes, **more)

    told = digest(
        said(1, "", "2026-11-25 08:00", comment=True),
        said(2, "", "2026-11-25 09:00"),
        said(3, "guard", "2026-11-25 10:00"),
        said(4, "minister", "2026-11-25 11:00"),
        speakers=people,
    )
    assert [story.headline.text for story in told.stories] == ["Title 4", "Title 3", "Title 2", "Title 1"]
    assert [story.number for story in told.stories] == [1, 2, 3, 4]
    assert "government" in render(told).data["stories"][0]["order"]


def test_who_said_it_is_taken_from_the_report_that_tells_it_best():
    """The first print names somebody nobody knows, the second gives his office: it is a government's word."""
    people = {"minister": Speaker("Foreign minister", voice=Voice.GOVERNMENT, country="JP")}

    def told_by(number, at, who, **more):
        one = article(number, f"Post {number}", "Ferry", at)
        quotes = (Quote(speaker=who, words="the ferry sails in spring"),)
        sentences = (fact(0, "He said the ferry sails in spring."),)
        return judged(one, story="story:1", sentences=sentences, quotes=quotes, **more)

    first, later = told_by(1, "2026-11-25 08:00", "Harada"), told_by(2, "2026-11-25 09:00", "minister")
    (told,) = digest(first, later, speakers=people).stories[0].facts
    assert (told.voice, told.speaker, told.outlet) == (Voice.GOVERNMENT, "Foreign minister", "Post 1")
    comment = told_by(1, "2026-11-25 08:00", "Harada", comment=True)
    assert digest(comment, later, speakers=people).stories[0].facts[0].voice is Voice.COMMENT
    assert digest(first, speakers=people).stories[0].facts[0].speaker == "Harada"


@pytest.mark.parametrize(
    ("lang", "text", "shown"),
    [
        ("en", "The ferry sails.", '"The ferry sails." 2 Feb 2026'),
        ("ru", "Паром пойдёт.", "[ru] «Паром пойдёт.» 2 Feb 2026"),
        ("ja", "船が出る。", "[ja] 船が出る。 2 Feb 2026"),
    ],
)
def test_a_known_sentence_in_another_language_than_the_readers_is_marked(lang, text, shown):
    known = Reference("article:9", at=invented.tokyo("2026-02-02 09:00"), lang=lang)
    new = fact(0, "The ferry does not sail.", closest=text, ref="article:9")
    told = digest(
        judged(article(1, "Post", "Ferry", "2026-11-25 08:00"), sentences=(new,)), references=(known,)
    )
    assert f"Known: {shown}" in render(told).text


def test_the_same_words_in_quotation_marks_are_one_fact_whatever_is_said_around_them():
    """Seen with two agencies: one sentence turned a known negation round, the other was not taken to."""
    words = "We agreed to let the ferry sail again"

    def told_by(number, text, *anchors, said=words):
        one = article(number, f"Post {number}", "Ferry", f"2026-11-25 0{number}:00")
        return judged(
            one, story="story:1", sentences=(fact(0, text, *anchors),), quotes=(Quote("Harada", said),)
        )

    first = told_by(1, f'"{words}," Harada told the reporters who had come.', "date:2026-12-14", "negation")
    again = told_by(2, f'Spokesman Jun Harada said on Sunday "{words}".', "date:2026-12-14")
    (one,) = digest(first, again).stories[0].facts
    assert (one.outlets, one.origins, one.said.outlet) == (2, 2, "Post 1")
    other_day = told_by(3, f'Spokesman Jun Harada said on Sunday "{words}".', "date:2026-12-15")
    assert digest(first, other_day).facts == 2
    few = (
        told_by(1, 'Harada said "Yes" in the morning.', said="Yes"),
        told_by(2, '"Yes", it was.', said="Yes"),
    )
    assert digest(*few).facts == 2


def test_an_apostrophe_makes_no_quotation():
    new = fact(0, "Japan’s ministry told the crew nothing.")
    told = digest(judged(article(1, "Post", "Ferry", "2026-11-25 08:00"), sentences=(new,)))
    assert '"Japan’s ministry told the crew nothing."' in render(told).text


def test_more_origins_come_first_and_the_earlier_of_equals():
    def one(number, at, story, title):
        return judged(article(number, f"Post {number}", title, at), story=story, sentences=(fact(0, title),))

    told = digest(
        one(1, "2026-11-25 08:00", "story:1", "Late words stand alone"),
        one(2, "2026-11-25 07:00", "story:2", "Early words stand alone"),
        one(3, "2026-11-25 12:00", "story:3", "Ferry talks resume in spring"),
        one(4, "2026-11-25 13:00", "story:3", "Ferry talks resume in spring, they say"),
    )
    assert [story.ref for story in told.stories] == ["story:3", "story:2", "story:1"]


def test_one_fact_in_two_languages_is_one_fact_with_both_sentences():
    told = build(invented.normal_day())
    first = told.stories[0].facts[0]
    assert first.said.lang == "ru"
    assert first.translated.text == "The letter is no longer needed; the visa is."
    assert (told.facts, first.outlets, first.origins) == (3, 9, 2)


def test_another_number_in_the_same_words_is_another_fact():
    a = judged(article(1, "Post A", "Poll", "2026-11-25 08:00"), story="story:1",
               sentences=(fact(0, "In the poll 74 percent were against it.", "number:74"),))  # fmt: skip
    b = judged(article(2, "Post B", "Poll", "2026-11-25 09:00"), story="story:1",
               sentences=(fact(0, "In the poll 47 percent were against it.", "number:47"),))  # fmt: skip
    assert digest(a, b).facts == 2


def test_outlets_of_one_family_and_copies_are_one_origin():
    ru = judged(
        article(1, "Полит-Лента", "Т", "2026-11-25 08:00"),
        story="s",
        sentences=(fact(0, "Переговоры назначены на пятницу."),),
    )
    family = judged(
        article(2, "Кунашир Сегодня", "Т", "2026-11-25 09:00"),
        story="s",
        sentences=(fact(0, "Переговоры назначены на пятницу."),),
    )
    copy = judged(
        article(3, "Far Post", "T", "2026-11-25 10:00"), Relation.COPY, story="s", duplicate_of="article:1"
    )
    agency = judged(
        article(4, "Other", "T", "2026-11-25 10:00"),
        Relation.COPY,
        story="s",
        duplicate_of="article:1",
        origin="Wire",
        copies=5,
    )
    story = digest(ru, family, copy, agency).stories[0]
    assert story.facts[0].outlets == 4 + 5
    assert story.facts[0].origins == 1
    assert "1 origin: a claim" in " ".join(render(digest(ru, family, copy, agency)).text.split())


def test_every_relevant_article_is_told_restated_or_counted_exactly_once():
    material = invented.normal_day()
    told = build(material)
    relevant = [one for one in material.articles if one.level is Level.RELEVANT]
    shown = 3 + 1  # Russian, English and Japanese article with facts; one restatement
    assert told.repeats + shown == len(relevant)


def test_copies_that_are_only_counted_are_counted():
    one = judged(article(1, "Post", "T", "2026-11-25 08:00"), sentences=(fact(0, "Talks begin."),), copies=7)
    told = digest(one)
    assert told.stories[0].outlets == 8
    assert told.repeats == 7


def test_a_plain_copy_tells_no_fact_and_an_extended_one_does():
    plain = judged(article(1, "Post", "T", "2026-11-25 08:00"), Relation.COPY, duplicate_of="seed:1",
                   sentences=(fact(0, "A slip of the judge."),))  # fmt: skip
    assert digest(plain).facts == 0
    assert digest(replace(plain, direction=Direction.EXTENDED)).facts == 1


def test_background_and_off_topic_tell_nothing():
    sentences = (fact(0, "Words."),)
    back = judged(article(1, "Post", "T", "2026-11-25 08:00"), Relation.BACKGROUND, sentences=sentences)
    off = judged(
        article(2, "Post", "T", "2026-11-25 08:00"), Relation.OFF_TOPIC, Level.OFF_TOPIC, sentences=sentences
    )
    told = digest(back, off)
    assert (told.facts, told.repeats, told.near) == (0, 1, ())


def test_an_update_shows_what_stood_before():
    change = Change("number", "74 percent", "47 percent", "It is 47 percent now.")
    one = judged(
        article(1, "Post", "T", "2026-11-25 08:00"), Relation.UPDATE, duplicate_of="seed:1", changes=(change,)
    )
    text = render(digest(one)).text
    assert "It is 47 percent now." in text
    assert "Was: 74 percent; now: 47 percent" in text


def test_a_new_article_of_which_only_the_title_is_known_tells_its_title():
    one = judged(article(1, "Post", "Ministers meet in spring", "2026-11-25 08:00"))
    assert [f.said.text for f in digest(one).stories[0].facts] == ["Ministers meet in spring"]


def test_an_old_fact_told_late_is_shown_as_old():
    one = judged(article(1, "Post", "T", "2026-02-02 08:00"), sentences=(fact(0, "The letter was abolished."),),
                 discovered_via="sitemap")  # fmt: skip
    assert "Old: first reported 2 Feb 2026, not told to you before." in render(digest(one)).text


def test_a_weak_clock_never_decides_who_was_first():
    one = article(1, "Post", "T", "2026-02-02 08:00", weak="no_zone")
    one = replace(one, first_seen=invented.tokyo("2026-11-25 08:00"))
    text = " ".join(render(digest(judged(one, sentences=(fact(0, "Talks begin."),)))).text.split())
    assert "First seen here: Post, 25 Nov 08:00; clock without zone, order not certain." in text
    assert "Old:" not in text


def test_a_sentence_without_a_report_in_the_readers_language_gives_names_and_says_so():
    text = " ".join(render(build(invented.normal_day())).text.split())
    assert "Names: petition, four islands, 610,000, 90,000." in text
    assert "1 origin: a claim. No English report yet." in text


@pytest.mark.parametrize(
    ("anchor", "name"),
    [
        ("number:610000", "610,000"),
        ("number:74", "74"),
        ("number:1.5", "1.5"),
        ("year:1956", "1956"),
        ("date:2026-12-11", "2026-12-11"),
        ("date:--12-11", "12-11"),
        ("code:f15", "F15"),
        ("person:orlov", "Orlov"),
        ("place:south_bay", "Foreign South Bay"),
        ("name:vrbv", ""),
        ("negation", ""),
        ("act:refuse-talks", ""),
    ],
)
def test_an_anchor_is_named_so_that_a_reader_understands_it(anchor, name):
    one = judged(article(1, "北辰通信", "題", "2026-11-25 08:00"), sentences=(fact(0, "文。", anchor),))
    told = digest(one, labels={"place:south_bay": "Foreign South Bay"})
    assert told.stories[0].facts[0].names == ((name,) if name else ())


def test_the_reader_of_japanese_gets_the_japanese_sentence():
    material = invented.normal_day()
    told = build(replace(material, recipient=replace(material.recipient, language="ja")))
    japanese = next(story for story in told.stories if story.headline.lang == "ja")
    assert japanese.facts[0].translated is None
    assert japanese.facts[0].names == ()


def test_a_known_sentence_of_the_same_story_in_the_readers_language_stands_below():
    ru = judged(article(1, "Полит-Лента", "Т", "2026-11-25 08:00"), story="s",
                sentences=(fact(0, "Встреча пройдёт 11 декабря в Саппоро.", "date:2026-12-11", "place:sapporo"),))  # fmt: skip
    en = judged(article(2, "Harbour Wire", "T", "2026-11-25 09:00"), Relation.REWRITE, story="s", sentences=(
        JudgedSentence(0, "They meet in Sapporo on 11 December.", NoveltyLabel.NEW_WORDING,
                       anchors=("date:2026-12-11", "place:sapporo")),))  # fmt: skip
    assert digest(ru, en).stories[0].facts[0].translated.outlet == "Harbour Wire"


def test_a_mail_shows_five_stories_and_three_facts_and_names_the_command_for_the_rest():
    def words(number, n):
        return f"{'abcdefgh'[number] * 9} {'stuvwxyz'[n] * 9}"

    many = [
        judged(
            article(n, f"Post {n}", f"Title {n}", "2026-11-25 08:00"),
            sentences=tuple(fact(k, words(n, k)) for k in range(5)),
        )
        for n in range(7)
    ]
    rendered = render(digest(*many))
    assert rendered.text.count("\n   * ") == 15
    assert "2 more stories: monitor digest --slot 2026-11-26T07:00 --format json" in rendered.text
    assert rendered.text.count("2 more facts: monitor digest") == 5
    assert sum(len(story["facts"]) for story in rendered.data["stories"]) == 35
    preview = render(digest(*many, reprint="monitor digest --format json"))
    assert "2 more stories: monitor digest --format json" in preview.text, "a preview has no slot yet"


def test_restatements_fold_by_speaker_and_earlier_statement():
    material = invented.normal_day()
    told = build(material)
    assert [one.times_this_year for one in told.restated] == [6]
    assert told.restated[0].outlets == 6
    other = judged(article(9, "Post", "No treaty soon", "2026-11-25 08:00"), Relation.RESTATEMENT,
                   quotes=(Quote(speaker="Governor", words="No treaty soon"),), restated=Restated(ref="seed:1"))  # fmt: skip
    assert len(build(replace(material, articles=(*material.articles, other))).restated) == 2


def test_of_several_occasions_the_last_is_told_by_its_first_report():
    said = [
        judged(article(n, f"Post {n}", f"No treaty soon {n}", f"2026-11-{day} 08:0{n}"), Relation.RESTATEMENT,
               quotes=(Quote(speaker="Governor", words=f"Not soon {n}"),),
               restated=Restated(ref="seed:1", times_this_year=times))
        for n, day, times in ((1, "21", 2), (2, "25", 3), (3, "25", 3))
    ]  # fmt: skip
    (told,) = digest(*said).restated
    assert (told.times_this_year, told.said.text, told.outlets) == (3, "Not soon 2", 3)


def test_only_the_wanted_articles_reach_a_recipient():
    material = invented.normal_day()
    only = replace(material.recipient, only=(("lang", ("ja",)),))
    told = build(replace(material, recipient=only))
    assert [story.headline.lang for story in told.stories] == ["ja"]
    only = replace(material.recipient, only=(("threads", ("graves",)), ("country", ())))
    assert build(replace(material, recipient=only)).facts == 2


def test_a_wanted_copy_tells_the_news_of_an_original_that_is_filtered_out():
    original = judged(article(1, "Harbour Wire", "Letter gone", "2026-11-25 08:00", country="GB", lang="en"),
                      sentences=(fact(0, "The letter is gone.", "number:7"),), story="story:1")  # fmt: skip
    copies = [
        judged(article(n, f"Post {n}", "Letter gone", f"2026-11-25 {n + 8}:00", country="JP", lang="en"),
               Relation.COPY, duplicate_of="article:1", story="story:1")
        for n in (2, 3)
    ]  # fmt: skip
    only = replace(invented.normal_day().recipient, only=(("country", ("JP",)),))
    told = digest(original, *copies, recipient=only)
    assert [(f.said.text, f.outlet, f.outlets, f.origins) for s in told.stories for f in s.facts] == [
        ("The letter is gone.", "Post 2", 2, 1)
    ]
    assert told.repeats == 1
    everything = digest(original, *copies)
    assert [f.outlet for s in everything.stories for f in s.facts] == ["Harbour Wire"]


def test_an_operator_is_told_of_faults_only():
    material = invented.normal_day()
    rendered = render(build(replace(material, recipient=replace(material.recipient, role="operator"))))
    assert rendered.subject == "[treaty] faults: 2 of 24 sources out of sight - Thu 26 Nov 2026"
    assert "Eurasia Desk refuses us (403)" in rendered.text
    assert "Orlov" not in rendered.text + rendered.html
    assert "SEEN AGAIN" not in rendered.text


def test_changed_words_are_cut_out_only_where_that_tells():
    assert differing("They agree on graves today", "They discuss on graves today") == ("agree", "discuss")
    assert differing("Talks agreed", "No visit") == ("Talks agreed", "No visit")
    assert differing("会談に合意", "会談を協議") == ("会談に合意", "会談を協議")
    assert differing("Talks held in spring here", "Talks held here in spring now")[0] != ""


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", 'Post repeats seed 1 with other words in its quotations: "never closed".'),
        ("ru", "Post повторяет: исходный материал 1; в цитатах другие слова: "),
        ("ja", "Postは基礎記事1を再掲、引用の語が異なる: "),
    ],
)
def test_other_words_in_the_quotations_of_a_copy_are_told_apart_from_news(lang, said):
    changes = (Change("quote", "always open", "never closed"), Change("quote", "", "never closed"))
    copy = judged(article(9, "Post", "The pier", "2026-11-25 08:00"), Relation.UPDATE, duplicate_of="seed:1", changes=changes)  # fmt: skip
    recipient = replace(invented.normal_day().recipient, language=lang)
    built = digest(copy, recipient=recipient)
    assert (built.facts, built.repeats, len(built.reworded)) == (0, 1, 1)
    rendered = render(built)
    assert "".join(said.split()) in "".join(rendered.text.split())
    for form in (rendered.html, rendered.markdown):
        assert built.reworded[0].words[0].text in form


def test_a_changed_figure_stays_news_beside_other_words_in_quotations():
    changes = (Change("quote", "open", "closed"), Change("number", "74", "47", sentence="47 boats came."))
    copy = judged(article(9, "Post", "The pier", "2026-11-25 08:00"), Relation.UPDATE, duplicate_of="seed:1", changes=changes)  # fmt: skip
    built = digest(copy)
    assert [one.said.text for story in built.stories for one in story.facts] == ["47 boats came."]
    assert len(built.reworded) == 1


def test_a_revision_without_a_visible_difference_is_not_told():
    same = Revision("Post", "A title", "A  title\u200b", invented.tokyo("2026-11-25 08:00"))
    assert digest(revisions=(same,)).changed == ()


@pytest.mark.parametrize("title", ["", "\u202e", "\n\t"])
def test_an_empty_title_breaks_nothing(title):
    one = judged(article(1, "Post", title, "2026-11-25 08:00"), sentences=(fact(0, "Talks begin."),))
    near = judged(article(2, "Post", title, "2026-11-25 08:00"), Relation.NEAR, Level.NEAR)
    assert render(digest(one, near)).text


def test_a_quiet_day_names_the_last_new_fact():
    when = LastFact(invented.tokyo("2026-11-25 21:05"), "")
    assert "Last new fact: Wed 25 Nov 21:05." in render(digest(last_new_fact=when)).text


def test_a_story_is_tagged_by_the_reports_that_tell_its_facts():
    told = judged(
        article(1, "Harbour Wire", "One", "2026-11-25 10:00"),
        story="story:1",
        sentences=(fact(0, "One new thing."),),
        threads=("thread_graves",),
    )
    copy = judged(
        article(2, "Pacific Ledger", "Two", "2026-11-25 11:00"),
        Relation.COPY,
        story="story:1",
        duplicate_of="article:1",
        threads=("thread_military",),
    )
    assert digest(told, copy).stories[0].threads == ("graves",)
    assert digest(replace(told, threads=()), copy).stories[0].threads == ("military",)


def test_a_title_is_no_fact_of_its_own_where_its_report_says_the_same():
    def told(*sentences):
        one = article(1, "Harbour Wire", "Ferry for 76 to sail", "2026-11-25 10:00")
        return [f.said.text for f in digest(judged(one, sentences=sentences)).stories[0].facts]

    title, lead = (
        fact(0, "Ferry for 76 to sail", "number:76"),
        fact(1, "A ferry for 76 sails in May.", "number:76"),
    )
    assert told(title, lead) == [lead.text]
    assert told(title) == [title.text]
    other = fact(2, "The harbour is closed.", "place:nemuro")
    assert told(title, other) == [other.text]  # the headline above tells it


def test_a_title_in_another_language_than_the_headline_keeps_what_only_it_says():
    english = judged(
        article(1, "Harbour Wire", "Ferry to sail", "2026-11-25 10:00"),
        story="story:1",
        sentences=(fact(0, "Ferry to sail", "act:sail"),),
    )
    russian = judged(
        article(2, "Полит-Лента", "Паром на 76 мест", "2026-11-25 11:00"),
        story="story:1",
        sentences=(fact(0, "Паром на 76 мест", "number:76"), fact(1, "Порт закрыт.", "place:nemuro")),
    )
    said = {one.said.text for one in digest(english, russian).stories[0].facts}
    assert said == {"Ferry to sail", "Паром на 76 мест", "Порт закрыт."}
