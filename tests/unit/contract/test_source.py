"""Files as text: YAML by the core schema of 1.2, JSON as `json.loads` reads it, and what neither may hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchover.contract.source import MAX_DEPTH, MAX_NODES, parse
from switchover.errors import ContractError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


def value(text: str, name: str = "a.yaml") -> Any:
    return parse(name, text.encode()).value


def refusal(content: bytes | str, name: str = "a.yaml") -> str:
    with pytest.raises(ContractError) as info:
        parse(name, content.encode() if isinstance(content, str) else content)
    assert info.value.headline == f"{name} is not a usable contract:"
    assert len(info.value.items) == 1
    return str(info.value.items[0])


@settings(max_examples=300)
@given(document=JSON, indent=st.sampled_from([None, 0, 2, "\t"]), is_ascii=st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(document: Any, indent: Any, is_ascii: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii)

    assert value(text, "a.json") == json.loads(text)
    assert repr(value(text, "a.json")) == repr(json.loads(text))


@given(document=JSON.filter(lambda document: isinstance(document, list | dict)))
def test_json_is_read_in_a_file_that_is_called_yaml(document: Any) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False)

    assert value(" \n" + text) == document


@settings(max_examples=500)
@given(content=st.binary(), name=st.sampled_from(["a.yaml", "a.json", "a"]))
def test_any_bytes_are_a_source_or_a_contract_error(content: bytes, name: str) -> None:
    try:
        source = parse(name, content)
    except ContractError as error:
        assert all(item.where.line >= 1 for item in error.items)  # type: ignore[attr-defined]
    else:
        assert source.content == content


@settings(max_examples=500)
@given(text=st.text("[]{}:,-?&*!|>'\"%@` \n\t#ab0.~<", max_size=40), name=st.sampled_from(["a.yaml", "a.json"]))
def test_any_punctuation_is_a_source_or_a_contract_error(text: str, name: str) -> None:
    try:
        parse(name, text.encode())
    except ContractError as error:
        assert error.items


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("0b1", "0b1"),
        ("=", "="),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nULL", "nULL"),
        ("007", 7),
        ("+12", 12),
        ("-0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".", "."),
        ("1e", "1e"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  12", "12"),
        ("! 12", "12"),
        ("!!str 12", "12"),
        ('"a\\u00e9\\U0001F600"', "aé😀"),
    ],
)
def test_plain_texts_have_the_types_of_the_core_schema(text: str, expected: Any) -> None:
    found = value(f"key: {text}")["key"]

    assert (found, type(found)) == (expected, type(expected))


def test_keys_are_texts_as_they_stand() -> None:
    assert value("200: a\nnull: b\ntrue: c\n1.0: d\n'x y': e") == {
        "200": "a",
        "null": "b",
        "true": "c",
        "1.0": "d",
        "x y": "e",
    }


def test_every_pointer_has_the_line_of_its_key() -> None:
    source = parse("a.yaml", b"# comment\npaths:\n  /a~b:\n    get:\n      - x\n\n      - y\n")

    assert source.lines["/paths/~1a~0b/get/1"] == 7
    assert source.locate("/paths/~1a~0b").line == 3
    assert str(source.locate("/paths/gone/deeper")) == "a.yaml:2 #/paths/gone/deeper"
    assert str(source.locate("")) == "a.yaml:2"


def test_every_pointer_of_json_has_the_line_of_its_key() -> None:
    source = parse("a.json", b'{"a": 1,\n "b": [\n2,\n{"c"\n:\n3}]}')

    assert dict(source.lines) == {"": 1, "/a": 1, "/b": 2, "/b/0": 3, "/b/1": 4, "/b/1/c": 4}


def test_an_alias_stands_for_what_it_names_with_the_lines_of_that() -> None:
    source = parse("a.yaml", b"one: &x\n  a: [1]\ntwo: *x\n")

    assert source.value == {"one": {"a": [1]}, "two": {"a": [1]}}
    assert source.lines["/two/a/0"] == 2
    assert source.value["one"] is not source.value["two"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert value("\ufeffa: 1") == {"a": 1}
    assert value('\ufeff{"a": 1}', "a.json") == {"a": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.yaml:1 is empty"),
        (b"# nothing\n", "a.yaml:1 is empty"),
        (b"a: 1\nb: \xff", "a.yaml:2 is not UTF-8"),
        (b"\xff\xfea\x00", "a.yaml:1 is UTF-16; save it as UTF-8"),
        (b"a: [1\nb: 2", "a.yaml:2 cannot be read: did not find expected ',' or ']'"),
        (b"a: 1\n\tb: 2", "a.yaml:2 cannot be read"),
        (b"a: 1\nb: 2\na: 3", "a.yaml:3 #/a is there twice, first in line 1"),
        (b"a:\n  b/c: 1\n  b/c: 2", "a.yaml:3 #/a/b~1c is there twice, first in line 2"),
        (b"a: 1\n---\nb: 2", "a.yaml:2 has a second document; a contract is one"),
        (b"a: *x", "a.yaml:1 has the alias *x, and nothing of that name above"),
        (b"a: !!int 3", "a.yaml:1 #/a has the tag 'tag:yaml.org,2002:int'; a contract has no tags"),
        (b"!!int 3: a", "a.yaml:1 has the tag 'tag:yaml.org,2002:int'; a contract has no tags"),
        (b"a: !mine {}", "a.yaml:1 #/a has the tag '!mine'; a contract has no tags"),
        (b"a: !!set {b}", "a.yaml:1 #/a has the tag 'tag:yaml.org,2002:set'"),
        (b"? [a]\n: b", "a.yaml:1 has a key that is no string"),
        (b"a: &x {b: 1}\nc:\n  <<: *x", "a.yaml:3 #/c uses the merge key '<<', which YAML 1.2 does not have; use $ref"),
        (b"a: .inf", "a.yaml:1 #/a is .inf, which JSON does not have"),
        (b"a: .NaN", "a.yaml:1 #/a is .NaN, which JSON does not have"),
        (b"a: 1e999", "a.yaml:1 #/a is 1e999, which is beyond the numbers of JSON"),
        (b"a: " + b"9" * 5000, "a.yaml:1 #/a is a number with too many digits"),
        (b"a: b\n\x07", "a.yaml:2 has the character U+0007, which YAML does not allow; write it as an escape"),
        (b"&a [*a]", "is nested deeper than 100 levels (or contains itself)"),
        (b"[" * 100_000, "is nested deeper than 100 levels"),
        (b"- " * 100_000, "is nested deeper than 100 levels"),
    ],
)
def test_what_is_no_contract_is_refused_with_its_line(content: bytes, message: str) -> None:
    assert message in refusal(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.json:1 is empty"),
        ("{} {}", "a.json:1 goes on after its end"),
        ('{"a":\n 1,}', "a.json:2 cannot be read: a key in double quotes is expected"),
        ("[1,]", "a.json:1 #/1 cannot be read: a JSON value is expected"),
        ("[1 2]", "a.json:1 cannot be read: ',' is expected"),
        ('{"a" 1}', "a.json:1 cannot be read: ':' is expected"),
        ("{a: 1}", "a.json:1 cannot be read: a key in double quotes is expected"),
        ('{"a": NaN}', "a.json:1 #/a cannot be read: a JSON value is expected"),
        ('{"a": -Infinity}', "a.json:1 #/a cannot be read: a JSON value is expected"),
        ('{"a": 01}', "a.json:1 cannot be read: ',' is expected"),
        ('["a\nb"]', "a.json:1 #/0 cannot be read: a text in double quotes, on one line and with an end, is expected"),
        ('["\\x"]', "a.json:1 #/0 has an escape that JSON does not know"),
        ('["\\ud83d"]', "a.json:1 #/0 has half of a surrogate pair, which is no character"),
        ('{"a": 1,\n"a": 2}', "a.json:2 #/a is there twice, first in line 1"),
        ("1e999", "a.json:1 is 1e999, which is beyond the numbers of JSON"),
        ("1" * 5000, "a.json:1 is a number with too many digits"),
        ("[" * 200, "a.json:1 is nested deeper than 100 levels"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(content: str, message: str) -> None:
    assert message in refusal(content, "a.json")


def test_characters_beyond_the_basic_plane_are_one_character() -> None:
    assert value('{"a": "\\ud83d\\ude00", "b\\ud83d\\ude00": 1}', "a.json") == {"a": "😀", "b😀": 1}


def test_white_space_of_json_that_yaml_does_not_have_is_passed_over() -> None:
    text = '{\t"a":\t[\t1\t,\r\n"x\u2028\u0085\x7fy"]\t}'

    assert value(text, "a.json") == value(text) == {"a": [1, "x\u2028\u0085\x7fy"]}


def test_a_long_key_is_a_key() -> None:
    assert value(json.dumps({"k" * 5000: 1})) == {"k" * 5000: 1}


def test_texts_that_expand_without_end_are_cut_short() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))

    assert f"has more than {MAX_NODES} values (aliases count each time)" in refusal(bomb)


def test_the_deepest_text_is_read() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH

    assert json.dumps(value(text, "a.json")) == text
    assert value(text.replace("[", "[ ").replace("]", " ]")) == value(text, "a.json")
