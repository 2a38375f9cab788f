"""Every key is found on the line where it stands, whatever the TOML looks like."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.lines import locate


def test_tables_and_keys_have_their_lines():
    assert locate('# head\n\n[monitor]\ncontact = ""\n  zone = "UTC" # x\n') == {
        ("monitor",): 3,
        ("monitor", "contact"): 4,
        ("monitor", "zone"): 5,
    }


def test_each_element_of_an_array_of_tables_has_its_own_lines():
    found = locate('[[source]]\nid = "a"\n\n[[source]]\nid = "b"\n[source.deep]\nx = 1\n')
    assert found["source", 0, "id"] == 2
    assert found["source", 1] == 4
    assert found["source", 1, "id"] == 5
    assert found["source", 1, "deep", "x"] == 7


def test_arrays_of_tables_within_arrays_of_tables():
    found = locate(
        '[[source]]\n[[source.selectors]]\nbody="p"\n[[source.selectors]]\nbody="q"\n[[source]]\n[[source.selectors]]\nbody="r"\n'
    )
    assert found["source", 0, "selectors", 1, "body"] == 5
    assert found["source", 1, "selectors", 0, "body"] == 8


def test_dotted_and_quoted_keys():
    found = locate('a.b.c = 1\n"x y".\'z.#"\' = 2\n["t.1"."ü\\"]"]\nk = 3\n')
    assert found["a", "b", "c"] == 1
    assert found["a",] == 1
    assert found["x y", 'z.#"'] == 2
    assert found["t.1", 'ü"]', "k"] == 4


def test_inline_tables_and_lists_over_several_lines():
    text = 'list = [ # c ]\n  1,\n  [2, 3],\n  {a = "x}", b = [{c = 1},\n {c = 2}]},\n]\nafter = true\n'
    found = locate(text)
    assert found["list", 0] == 2
    assert found["list", 1, 1] == 3
    assert found["list", 2, "a"] == 4
    assert found["list", 2, "b", 1, "c"] == 5
    assert found["after",] == 7


def test_strings_of_all_four_kinds_hide_what_is_in_them():
    text = (
        's = "a # b = \\" [x]"\n'
        "l = 'c\\'\n"
        'm = """\nnot = "a key"\n[nor.a.table]\n\\""" still ""\n""""\n'
        "n = '''\n# ' '' x = 1\n''''\n"
        "last = 2020-01-01 07:00:00 # x\nend = 1\n"
    )
    assert locate(text) == {("s",): 1, ("l",): 2, ("m",): 3, ("n",): 8, ("last",): 11, ("end",): 12}
    assert set(tomllib.loads(text)) == {"s", "l", "m", "n", "last", "end"}


def test_windows_line_ends_count_once():
    assert locate("[a]\r\nb = 1\r\n\r\nc = 2\r\n")["a", "c"] == 4


def test_a_text_without_a_final_line_end():
    assert locate("[a]\nb = 1") == {("a",): 1, ("a", "b"): 2}
    assert locate("") == {}
    assert locate("# nothing") == {}


def paths(value, path=()):
    """Return every path into a parsed document."""
    found = set()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found |= {(*path, key)} | paths(item, (*path, key))
    return found


_scalar = st.sampled_from(
    ["1", "-2.5e3", "true", '"t"', "'l#]'", '"""m\n=[x]"""', "'''\nq'''", "07:00:00", "2026-11-26T07:00:00Z"]
)
_key = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"="', "g"])
_value = st.recursive(
    _scalar,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[\n " + ",# c ]\n ".join(items) + "\n]")
        | st.dictionaries(_key, inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{k} = {v}" for k, v in pairs.items()) + "}"
        )
    ),
    max_leaves=6,
)
_body = st.dictionaries(_key, _value, max_size=3).map(
    lambda pairs: "".join(f"{k} = {v} # [x]\n" for k, v in pairs.items())
)
_table = st.tuples(st.sampled_from(["[t1]", "[[s]]", "[[s.u]]", "[t2.x.'y z']"]), _body).map("\n".join)


@given(st.tuples(_body, st.lists(_table, max_size=5)).map(lambda parts: parts[0] + "\n".join(parts[1])))
@settings(max_examples=300, deadline=None, database=None)
def test_any_valid_text_gives_exactly_the_paths_that_tomllib_reads(text):
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = locate(text)
    assert set(found) == paths(parsed)
    rows = text.count("\n") + 1
    assert all(1 <= line <= rows for line in found.values())


def test_a_table_opened_twice_keeps_its_first_line():
    found = locate("[a.b]\nx = 1\n[a]\ny = 2\n")
    assert found["a",] == 1
    assert found["a", "y"] == 4
