"""Structured fields in their one spelling."""

from __future__ import annotations

import time
from typing import Any

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.trust.signed.fields import (
    MAX_FIELD_CHARACTERS,
    MalformedField,
    read_byte_sequences,
    read_signature_inputs,
    write_bytes,
    write_string,
)

INPUTS = [
    's=("@method");created=1;nonce="a"',
    "s=()",
    's=("a" "b";sf;key="x" "c");n=-12;z=0;flag;off=?0;word=*a/b:c;raw=:AA==:, *t.w-o_=()',
    's=("@query-param";name="Pet");k="quote \\" and \\\\ slash"',
    "s=();long=999999999999999",
    "s=();a=1.0;b=-0.5;c=123456789012.125;d=0.001",
    "s=();a=@0;b=@1659578233;c=@-62135596800",
    's=();a=%"";b=%"f%c3%bc%c3%bc";c=%"%f0%9f%8c%8d %e2%82%ac %22"',
    's=("a";x=1.5 "b";y=@1;z=%"c");t',
]
READABLE = ["s=();a=?1", 's=("a";sf=?1);b=?1, t=()', "s=();a=1.10", "s=();a=-0.0"]
"""What RFC 9651 lets a peer write, and a serialiser writes otherwise."""
NO_INPUTS = [
    "",
    " s=()",
    "s=() ",
    "s=(),t=()",
    "s=(),  t=()",
    "s=(),",
    "s",
    "s=1",
    's="a"',
    "S=()",
    "s=(",
    "s=( )",
    's=("a"  "b")',
    's=("a" )',
    's=( "a")',
    's=("a""b")',
    "s=(a)",
    "s=(1)",
    "s=(())",
    "s=();",
    "s=(); a=1",
    "s=();a =1",
    "s=();a= 1",
    "s=();a=",
    "s=();A=1",
    "s=();a=01",
    "s=();a=-0",
    "s=();a=+1",
    "s=();a=1.",
    "s=();a=.5",
    "s=();a=01.5",
    "s=();a=1.0000",
    "s=();a=1234567890123.0",
    "s=();a=?2",
    "s=();a=?",
    "s=();a=@",
    "s=();a=@1.5",
    "s=();a=@x",
    "s=();a=9999999999999999",
    's=();a=%"é"',
    's=();a=%"x',
    's=();a=%"%C3%BC"',
    's=();a=%"%ff"',
    's=();a=%"%c3"',
    's=();a=%"%ed%a0%80"',
    's=();a=%"%c0%af"',
    's=();a=%"%f4%90%80%80"',
    's=();a=%"%"',
    "s=();a=%x",
    "s=();a='x'",
    's=();a="x',
    's=();a="\\x"',
    's=();a="é"',
    's=();a="\n"',
    's=();a="\x7f"',
    "s=();a=1;a=1",
    "s=(), s=()",
    "s=()\n",
    "é=()",
    "s=()\x00",
]
BYTES = ["s=:AAEC:", "a=::, b=:AA==:"]
NO_BYTES = [
    "",
    "s",
    "s=AAEC",
    "s=:AAEC",
    "s=:AA:",
    "s=:AA=:",
    "s=:AA===:",
    "s=:A===:",
    "s=:AB==:",
    "s=:A A=:",
    "s=:AA-_:",
    "s=:AAEC:;a=1",
    "s=:AAEC:, s=:AAEC:",
    "s=:AAEC:,t=:AAEC:",
    's="AAEC"',
    "s=(:AAEC:)",
    "s=:AAEC:\n",
]


@pytest.mark.parametrize("field", INPUTS)
def test_what_a_serialiser_writes_is_read_and_kept_as_it_was(field: str) -> None:
    found = read_signature_inputs(field)
    assert ", ".join(f"{label}={given.text}" for label, given in found.items()) == field
    parsed = http_sf.parse(field.encode(), tltype="dictionary")
    assert http_sf.ser(parsed) == field


@pytest.mark.parametrize("field", READABLE)
def test_what_another_implementation_may_write_is_read(field: str) -> None:
    found = read_signature_inputs(field)
    assert ", ".join(f"{label}={given.text}" for label, given in found.items()) == field
    parsed: Any = http_sf.parse(field.encode(), tltype="dictionary")
    assert list(parsed) == list(found)


def test_components_and_parameters_are_taken_apart() -> None:
    found = read_signature_inputs(INPUTS[2])
    assert found["s"].components == ('"a"', '"b";sf;key="x"', '"c"')
    assert found["s"].parameters == {"n": -12, "z": 0, "flag": None, "off": None, "word": None, "raw": None}
    assert read_signature_inputs(INPUTS[3])["s"].parameters == {"k": 'quote " and \\ slash'}


@pytest.mark.parametrize("field", NO_INPUTS)
def test_what_no_serialiser_writes_is_refused(field: str) -> None:
    with pytest.raises(MalformedField):
        read_signature_inputs(field)


@pytest.mark.parametrize("field", BYTES)
def test_byte_sequences_are_read(field: str) -> None:
    found = read_byte_sequences(field)
    assert ", ".join(f"{label}={write_bytes(value)}" for label, value in found.items()) == field


@pytest.mark.parametrize("field", NO_BYTES)
def test_other_byte_sequences_are_refused(field: str) -> None:
    with pytest.raises(MalformedField):
        read_byte_sequences(field)


ALPHABET = st.sampled_from([*'sa=();, "@m\\:A1-?', "é", "\n", '"@method"', ";created=1", '"a"', ":AA==:"])


@given(st.lists(ALPHABET, max_size=30).map("".join) | st.text())
def test_anything_is_read_as_http_sf_reads_it_or_refused(field: str) -> None:
    for read in (read_signature_inputs, read_byte_sequences):
        try:
            found = read(field)
        except MalformedField:
            continue
        parsed = http_sf.parse(field.encode(), tltype="dictionary")
        assert http_sf.ser(parsed) == field
        assert isinstance(parsed, dict)
        assert list(found) == list(parsed)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_strings_are_written_as_they_are_read(text: str) -> None:
    field = f"s=();a={write_string(text)}"
    assert http_sf.parse(field.encode(), tltype="dictionary") == {"s": ([], {"a": text})}
    assert read_signature_inputs(field)["s"].parameters == {"a": text}


@pytest.mark.parametrize("text", ["é", "\n", "\x7f", "\t"])
def test_what_no_string_can_hold_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        write_string(text)


@pytest.mark.parametrize(
    "field",
    [
        's=("' + "a" * MAX_FIELD_CHARACTERS,
        "s=(" + '"a";b;c ' * 1000,
        "s=()" + ";a=" * 2000,
        "s=();a=:" + "A" * 8000,
        's=();a="' + "\\" * 8000,
        "a" * 10_000_000,
        "s=()" * 3_000_000,
    ],
)
def test_however_long_it_is_it_is_refused_at_once(field: str) -> None:
    started = time.process_time()
    with pytest.raises(MalformedField):
        read_signature_inputs(field)
    assert time.process_time() - started < 0.1
