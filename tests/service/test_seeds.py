"""`monitor seeds`: import a folder, list it, and say which seed a text repeats."""

from __future__ import annotations

import pytest

from monitor import shipped
from monitor.errors import ConfigurationError, UsageError
from monitor.judge.seedfile import load_seeds
from monitor.judge.topic import load as load_topic
from monitor.service import seeds as seeding

TOPIC = load_topic(shipped.read_text("topic.toml"))

FIRST = (
    "The harbour office of an invented town counted 74 boats that wait for a permit to fish off the islands. A clerk "
    "said that no answer had come from Yuzhno-Sakhalinsk since May.\n\nThe permits go back to a paper of 1998. Both "
    "sides call it useful, and neither side calls it a treaty. Older skippers remember the first season, when the "
    "price of a permit was written on the back of an envelope and paid in engine parts."
)
SECOND = (
    "Невыдуманных людей в этой заметке нет. Жители приморского посёлка спорят, как назвать новую школу: именем "
    "картографа или именем острова.\n\nГолосование закончится 12 октября. Учитель географии напомнил, что карта в "
    "классе висит с 1956 года и что соседи по ту сторону пролива называют острова иначе."
)


@pytest.fixture
def folder(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "000_first.txt").write_text(FIRST, encoding="utf-8")
    (texts / "001_second.txt").write_text(SECOND, encoding="utf-8")
    (texts / "notes.toml").write_text(
        '[[seed]]\nfile = "000_first.txt"\ntitle = "Boats wait"\noutlet = "Invented Harbour News"\n'
        'fact = ["74 boats wait for permits."]\n',
        encoding="utf-8",
    )
    return texts


def test_import_writes_the_file_and_gives_the_seeds_it_holds(folder, tmp_path):
    target = tmp_path / "storage" / "seeds.json"
    made = seeding.import_folder(folder, target, TOPIC)
    assert load_seeds(target.read_text(encoding="utf-8")) == made
    assert [file.name for file in target.parent.iterdir()] == ["seeds.json"]
    assert (made[0].title, made[0].facts[0].note) == ("Boats wait", "74 boats wait for permits.")


def test_import_twice_gives_the_same_bytes(folder, tmp_path):
    target = tmp_path / "seeds.json"
    seeding.import_folder(folder, target, TOPIC)
    before = target.read_bytes()
    seeding.import_folder(folder, target, TOPIC)
    assert target.read_bytes() == before


def test_a_folder_without_texts_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no text files"):
        seeding.import_folder(tmp_path, tmp_path / "seeds.json", TOPIC)
    with pytest.raises(UsageError, match="no text files"):
        seeding.import_folder(tmp_path / "nowhere", tmp_path / "seeds.json", TOPIC)


def test_a_text_that_cannot_be_read_is_named(folder, tmp_path):
    (folder / "002_bad.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match=r"002_bad\.txt"):
        seeding.import_folder(folder, tmp_path / "seeds.json", TOPIC)


def test_a_text_of_furniture_alone_is_named(folder, tmp_path):
    (folder / "002_empty.txt").write_text("Subscribe\nNewsfeed\n0\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"002_empty\.txt"):
        seeding.import_folder(folder, tmp_path / "seeds.json", TOPIC)


def test_a_mistake_in_the_notes_names_their_file(folder, tmp_path):
    (folder / "notes.toml").write_text('[[seed]]\nfile = "009_gone.txt"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"notes\.toml"):
        seeding.import_folder(folder, tmp_path / "seeds.json", TOPIC)


@pytest.fixture
def seeds(folder, tmp_path):
    return seeding.import_folder(folder, tmp_path / "seeds.json", TOPIC)


def test_match_names_the_seed_with_figures(seeds):
    found = seeding.match(FIRST, seeds, TOPIC)
    assert found.is_copy
    assert found.seed is seeds[0]
    assert found.shares == ((0, 1.0),)
    text = seeding.match_text(found)
    assert text.startswith("seed:0 copy: the same text")
    assert "100% of the text" in text
    data = seeding.match_json(found)
    assert (data["seed"], data["copy"], data["share"], data["changes"]) == ("seed:0", True, 1.0, [])


def test_match_shows_a_changed_figure_as_update(seeds):
    found = seeding.match(FIRST.replace("74 boats", "47 boats"), seeds, TOPIC)
    text = seeding.match_text(found)
    assert text.startswith("seed:0 update")
    assert "changed number: 74 -> 47" in text


def test_match_of_a_stranger_names_no_seed(seeds):
    found = seeding.match(
        "A quite different text about gardens, bread and the weather of last year.", seeds, TOPIC
    )
    assert found.seed is None
    assert "No seed" in seeding.match_text(found)
    assert seeding.match_json(found)["seed"] is None


def test_the_listing_shows_every_seed_with_its_facts(seeds):
    text = seeding.listing(seeds)
    assert "seed:0  Boats wait" in text
    assert "- 74 boats wait for permits." in text
    assert "seed:1  001_second" in text
    assert [entry["seed"] for entry in seeding.listing_json(seeds)] == ["seed:0", "seed:1"]
    assert "monitor seeds import" in seeding.listing(())


@pytest.mark.shared
def test_each_shipped_text_matches_its_seed_and_no_other(shared):
    known = load_seeds(shipped.read_text("seeds.json"))
    for number, file in enumerate(sorted((shared / "seeds").glob("[0-9]*.txt"))):
        found = seeding.match(file.read_text(encoding="utf-8"), known, TOPIC)
        assert found.is_copy
        assert found.seed is not None
        assert found.seed.number == number
        assert found.shares == ((number, 1.0),)
        assert found.match is not None
        assert found.match.changes == ()


@pytest.mark.shared
def test_all_derived_copies_name_the_right_seed(shared):
    import sys

    sys.path.insert(0, str(shared / "eval"))
    try:
        from derive_seed_copies import derive
    finally:
        sys.path.remove(str(shared / "eval"))
    known = load_seeds(shipped.read_text("seeds.json"))
    made = derive(shared / "eval" / "rules.py", shared / "seeds")
    assert len(made) == 15
    for article in made:
        found = seeding.match(article["body"] or article["summary"], known, TOPIC)
        assert found.is_copy, article["id"]
        assert found.seed is not None
        assert found.seed.number == article["labels"]["seed"], article["id"]
