"""A key that two services share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover import ApiKey, SharedKey, SharedKeyVerifier
from switchover.cli import main
from switchover.errors import Unauthenticated
from switchover.port.wire import WireRequest
from switchover.trust import Incoming, Principal

KEY = "a-key-for-tests-alone-0123456789abcdef"
VERIFIER = SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)


def incoming(authorization: str | None) -> Incoming:
    headers = {} if authorization is None else {b"authorization": authorization.encode("utf-8", "surrogatepass")}
    return Incoming("GET", "/api/trips", headers, None, nothing)


async def nothing() -> bytes:
    return b""


async def test_whoever_has_the_key_is_the_service() -> None:
    [(name, value)] = SharedKey(KEY).headers(WireRequest("GET", "/api/trips"))
    assert name == "authorization"
    assert await VERIFIER.verify(incoming(value)) == Principal("web", may_act_for_users=True)
    assert (await VERIFIER.verify(incoming(f"bEARER {KEY}"))).name == "web"
    assert VERIFIER.is_addressed(incoming(value))
    assert not VERIFIER.is_addressed(incoming(None))


async def test_there_is_nothing_to_fetch() -> None:
    source = SharedKey(KEY)
    assert source.is_ready()
    source.refresh_blocking()
    await source.refresh()


def test_both_halves_say_what_they_are_without_the_key() -> None:
    assert SharedKey(KEY).described() == ["a shared key, as a bearer token"]
    assert VERIFIER.described() == ["a shared key, as a bearer token: web, which may act for users"]
    other = SharedKeyVerifier(KEY, principal="job", may_act_for_users=False)
    assert other.described() == ["a shared key, as a bearer token: job, which may not act for users"]


@given(st.none() | st.text() | st.text().map(lambda text: f"Bearer {text}"))
@example(f"Basic {KEY}")
@example(f"Bearer  {KEY}")
@example(f"Bearer {KEY} ")
@example(f"Bearer {KEY}x")
@example(KEY)
@example("Bearer \ud800")
async def test_everything_else_is_refused_in_the_same_words(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await VERIFIER.verify(incoming(authorization))
    assert caught.value.reason == ("missing" if authorization is None else "unknown_key")
    assert str(caught.value) == "unauthenticated: Valid service credentials are required."


@pytest.mark.parametrize("key", ["", "short", "x" * 31, "x" * 40 + " ", "x" * 40 + "\n", "é" * 40])
def test_a_weak_key_is_refused_and_not_repeated(key: str) -> None:
    for make in (SharedKey, lambda key: SharedKeyVerifier(key, principal="web", may_act_for_users=False)):
        with pytest.raises(ValueError, match=r"at least 32 visible ASCII characters") as caught:
            make(key)
        assert not key or key not in str(caught.value)


def test_the_key_is_in_no_representation() -> None:
    for made in (SharedKey(KEY), VERIFIER):
        assert KEY not in repr(made)
        assert KEY not in str(made)
    assert repr(VERIFIER) == "SharedKeyVerifier('web', …)"
    assert not any(KEY in str(getattr(VERIFIER, name)) for name in SharedKeyVerifier.__slots__)


@pytest.mark.parametrize(
    "make", [SharedKey, partial(SharedKeyVerifier, principal="web", may_act_for_users=True), ApiKey]
)
def test_a_key_may_be_given_as_bytes_and_says_what_it_wants(make: Callable[[Any], Any]) -> None:
    make(KEY.encode())
    with pytest.raises(
        ValueError, match=r"at least 32 visible ASCII characters.*, as str or bytes; make one with `switchover key new`"
    ):
        make(bytes(range(128, 160)))
    with pytest.raises(TypeError, match="a key must be str or bytes, got NoneType; make one with `switchover key new`"):
        make(None)


async def test_bytes_and_text_of_one_key_are_the_same_key() -> None:
    [(_, value)] = SharedKey(KEY.encode()).headers(WireRequest("GET", "/api/trips"))
    assert (await VERIFIER.verify(incoming(value))).name == "web"
    other = SharedKeyVerifier(KEY.encode(), principal="web", may_act_for_users=False)
    assert (await other.verify(incoming(f"Bearer {KEY}"))).name == "web"


def test_the_command_makes_keys_that_are_accepted_and_differ(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert main(["key", "new"]) == main(["key", "new"]) == 0
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first != second
    SharedKey(first)
    assert said.err == caplog.text == ""
