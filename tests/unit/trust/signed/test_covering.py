"""The text that is signed, and the address in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.trust.signed.covering import Unsignable, signature_base, target_prefix
from switchover.trust.signed.digest import is_digest_of
from switchover.trust.signed.fields import MalformedField


@pytest.mark.parametrize(
    ("base_url", "prefix"),
    [
        ("https://diary.internal", "https://diary.internal"),
        ("https://diary.internal/", "https://diary.internal"),
        ("HTTPS://Diary.Internal:443", "https://diary.internal"),
        ("http://diary.internal:80/", "http://diary.internal"),
        ("http://diary.internal:443", "http://diary.internal:443"),
        ("http://127.0.0.1:08000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://gate.internal/Diary/v1/", "https://gate.internal/Diary/v1"),
    ],
)
def test_a_base_url_has_one_spelling(base_url: str, prefix: str) -> None:
    assert target_prefix(base_url) == prefix


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "diary.internal",
        "//diary.internal",
        "ftp://diary.internal",
        "unix:/run/diary.sock",
        "https://",
        "https://user@diary.internal",
        "https://user:password@diary.internal",
        "https://diary.internal?x=1",
        "https://diary.internal/?x=1",
        "https://diary.internal#x",
        "https://diary.internal/#x",
        "https://diary internal",
        "https://diary.internal\n",
        "https://diary.internal//",
        "https://tagebuch.exämple",
        "https://diary.internal:port",
    ],
)
def test_what_is_no_base_url_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="scheme, host and path alone") as caught:
        target_prefix(base_url)
    assert "password" not in str(caught.value)


def test_a_base_has_a_line_for_each_component_and_one_for_the_parameters() -> None:
    base = signature_base([('"@method"', "GET"), ('"x"', ""), ('"y"', " \ta\tb ")], '("@method" "x" "y");created=1')
    assert base == b'"@method": GET\n"x": \n"y": a\tb\n"@signature-params": ("@method" "x" "y");created=1'


@pytest.mark.parametrize("value", ["a\nb", "a\r", "a\r\n b", "\x00", "\x7f", "é", "\x85", "\xa0a", "\v"])
def test_a_value_is_one_line_of_ascii(value: str) -> None:
    with pytest.raises(Unsignable):
        signature_base([('"x"', value)], "()")


VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)).map(lambda text: text.strip(" "))
COMPONENTS = st.lists(st.tuples(st.sampled_from(['"a"', '"b"', '"@method"']), VALUES), max_size=4)


@given(COMPONENTS, COMPONENTS)
def test_two_requests_have_one_base_only_if_they_are_the_same(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    assert (signature_base(one, "()") == signature_base(other, "()")) == (one == other)


@pytest.mark.parametrize(
    "field",
    ["", "sha-256", "sha-256=:AA=:", "sha-256=abc", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:,", "é"],
)
def test_what_is_no_digest_is_refused(field: str) -> None:
    with pytest.raises(MalformedField):
        is_digest_of(field, b"")


@pytest.mark.parametrize(
    "field",
    [
        "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:",
        "sha-256=::",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, md5=:1B2M2Y8AsgTpgAmY7PhCfg==:",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, sha-512=:AAAA:",
    ],
)
def test_every_digest_has_to_be_the_bodys_by_an_algorithm_that_is_active(field: str) -> None:
    assert not is_digest_of(field, b"")
