"""Several ways to prove oneself at one service."""

from __future__ import annotations

import pytest

from switchover.errors import Forbidden, Unauthenticated
from switchover.trust import REFUSAL, AnyOf, Incoming, Principal, SharedKeyVerifier
from unit.trust.oidc.tokens import incoming, verifier

KEY = "a-key-that-is-long-enough-0123456789"


class Door:
    """Judges requests with a header of its own name, whose value is the answer."""

    def __init__(self, name: str, challenge: str = "Bearer") -> None:
        self.name, self.challenge = name, challenge

    def is_addressed(self, incoming: Incoming) -> bool:
        return incoming.header(self.name) is not None

    async def verify(self, incoming: Incoming) -> Principal:
        match incoming.header(self.name):
            case None:
                raise Unauthenticated("no", reason="missing", challenge=self.challenge)
            case "in":
                return Principal(self.name, may_act_for_users=False)
            case "known":
                raise Forbidden("no", reason=self.name)
        raise Unauthenticated("no", reason=self.name, challenge=self.challenge)

    def described(self) -> list[str]:
        return [f"the header {self.name}", "kept secret"]

    def __repr__(self) -> str:
        return f"Door({self.name})"


class Open(Door):
    """Lets in whoever does not ask, which nobody should."""

    async def verify(self, incoming: Incoming) -> Principal:
        return Principal("anybody", may_act_for_users=True)


def request(**headers: str) -> Incoming:
    async def body() -> bytes:
        return b""

    return Incoming("GET", "/", {name.encode(): value.encode() for name, value in headers.items()}, None, body)


BOTH = AnyOf(Door("a"), Door("b", "Signature"))


async def test_the_first_that_is_addressed_decides() -> None:
    assert (await BOTH.verify(request(a="in", b="in"))).name == "a"
    assert (await BOTH.verify(request(b="in"))).name == "b"


@pytest.mark.parametrize(("answer", "error"), [("no", Unauthenticated), ("known", Forbidden)])
async def test_what_it_refuses_is_not_tried_elsewhere(answer: str, error: type[Unauthenticated | Forbidden]) -> None:
    with pytest.raises(error) as caught:
        await BOTH.verify(request(a=answer, b="in"))
    assert caught.value.reason == "a"


async def test_nothing_at_all_is_told_what_would_do() -> None:
    with pytest.raises(Unauthenticated) as caught:
        await BOTH.verify(request())
    assert (caught.value.reason, caught.value.challenge) == ("missing", "Bearer, Signature")
    with pytest.raises(Unauthenticated) as caught:
        await AnyOf(Door("a"), Door("b"), Open("c")).verify(request())
    assert (caught.value.reason, caught.value.challenge) == ("missing", "Bearer")


@pytest.mark.parametrize(
    ("authorization", "reason"), [("Basic YTpi", "scheme"), ("Bearer abc", "malformed"), (None, "missing")]
)
async def test_what_is_there_and_fits_nobody_is_counted_as_what_it_is(authorization: str | None, reason: str) -> None:
    for both in (AnyOf(verifier(), Door("a")), AnyOf(Door("a"), verifier())):
        with pytest.raises(Unauthenticated) as caught:
            await both.verify(incoming(authorization))
        assert (caught.value.reason, caught.value.detail) == (reason, REFUSAL)


async def test_the_refusal_is_that_of_each() -> None:
    single = SharedKeyVerifier(KEY, principal="web", may_act_for_users=True)
    with pytest.raises(Unauthenticated) as alone:
        await single.verify(request())
    with pytest.raises(Unauthenticated) as together:
        await AnyOf(single, Door("a")).verify(request())
    assert str(together.value) == str(alone.value)


def test_it_is_addressed_if_one_is() -> None:
    assert BOTH.is_addressed(request(b="x"))
    assert not BOTH.is_addressed(request(c="x"))
    assert AnyOf(Door("z"), BOTH).is_addressed(request(a="x"))


def test_it_says_what_each_demands() -> None:
    assert BOTH.described() == ["the header a", "  kept secret", "or the header b", "  kept secret"]
    assert repr(BOTH) == "AnyOf(Door(a), Door(b))"


def test_none_is_not_enough() -> None:
    with pytest.raises(ValueError, match="needs a verifier"):
        AnyOf()
