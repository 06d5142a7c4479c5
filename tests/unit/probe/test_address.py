"""URLs taken apart, and as much of them as may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchover.probe.address import address_of


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://diary.example", "diary.example", 443, "/", "diary.example"),
        ("https://diary.example:443/x", "diary.example", 443, "/x", "diary.example"),
        ("HTTP://Diary.Example.:8080/a?b=c", "diary.example", 8080, "/a?b=c", "diary.example:8080"),
        ("http://127.0.0.1/", "127.0.0.1", 80, "/", "127.0.0.1"),
        ("https://[::1]:8443/x", "::1", 8443, "/x", "[::1]:8443"),
        ("http://a_b.example?x", "a_b.example", 80, "/?x", "a_b.example"),
        ("http://diary.example/?", "diary.example", 80, "/?", "diary.example"),
    ],
)
def test_a_url_is_taken_apart(url: str, host: str, port: int, target: str, authority: str) -> None:
    address = address_of(url)
    assert (address.host, address.port, address.target, address.authority) == (host, port, target, authority)


def test_a_query_is_neither_shown_nor_represented() -> None:
    address = address_of("https://diary.example:8443/a/b?key=hunter2")
    assert address.shown == "https://diary.example:8443/a/b"
    assert "hunter2" not in repr(address)


def test_operations_are_below_their_base() -> None:
    for base in ("https://diary.example", "https://diary.example/"):
        assert address_of(base).below("/api/health").shown == "https://diary.example/api/health"
    assert address_of("https://diary.example/x/").below("/api/health").shown == "https://diary.example/x/api/health"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "a URL is http://host"),
        ("diary.example", "a URL is http://host"),
        ("ftp://diary.example", "not 'ftp://diary.example'"),
        ("http://", "a URL is http://host"),
        ("http://:80", "a URL is http://host"),
        ("http://.", "a URL is http://host"),
        ("http://a..b", "a URL is http://host"),
        ("http://-a", "a URL is http://host"),
        ("http://a-", "a URL is http://host"),
        (f"http://{'a' * 64}.example", "a URL is http://host"),
        (f"http://{'a.' * 127}example", "a URL is http://host"),
        ("http://diary.example:0", "a URL is http://host"),
        ("http://diary.example:99999", "impossible host|a URL is http://host"),
        ("http://diary.example:", "a URL is http://host"),
        ("http://[::1::2]/", "impossible host|a URL is http://host"),
        ("http://[::1", "impossible host|a URL is http://host"),
        ("http://[::1]x", "impossible host|a URL is http://host"),
        ("http://[fe80::1%25eth0]", "impossible host|a URL is http://host"),
        ("http://bücher.example", "visible ASCII"),
        ("http://diary.example/ö", "visible ASCII"),
        ("http://diary example", "visible ASCII"),
        ("http://diary.example/\r\nhost: x", "visible ASCII"),
        ("http://user:hunter2@diary.example", "no user and no password"),
        ("http://hunter2@diary.example", "no user and no password"),
        ("http://user:hunter2@diary.example:99999", "no user and no password"),
        ("ftp://diary.example/?hunter2", "not 'ftp://diary.example/'"),
        ("http://diary.example/#hunter2", "has no fragment: 'http://diary.example/'"),
        ("http://diary.example/#", "has no fragment"),
    ],
)
def test_what_is_no_url_is_refused_without_repeating_what_may_be_secret(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        address_of(url)
    assert "hunter2" not in str(refused.value)


def test_an_ipv6_scope_means_nothing_to_anybody_else() -> None:
    with pytest.raises(ValueError, match="a URL is http://host"):
        address_of("http://[fe80::1%eth0]/")
    with pytest.raises(ValueError, match="a URL is"):
        address_of("http://[v1.x]/")


def test_a_base_has_no_query() -> None:
    with pytest.raises(ValueError, match=r"has no query: 'http://diary\.example/'") as refused:
        address_of("http://diary.example/?key=hunter2", is_base=True)
    assert "hunter2" not in str(refused.value)


@given(st.text(max_size=30).map(lambda text: f"http://{text}") | st.text(max_size=30))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        address = address_of(url)
    except ValueError:
        return
    assert address_of(address.shown).shown == address.shown
