"""Keys by discovery: kept, rotated, and never fetched more often than is bearable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from support.signing import SigningKey
from switchover.errors import ServiceUnavailable
from switchover.trust.oidc import IssuerKeys
from switchover.trust.oidc.documents import DocumentUnavailable
from switchover.trust.oidc.untrusted import Untrusted
from unit.trust.oidc.tokens import ISSUER, Clock, bearing, claims, key, outcome, verifier

JWKS = "https://keys.example/jwks"


class FakeIssuer:
    """An issuer in memory. `fetched` is what it was asked for; with `gate`, answers wait for it."""

    def __init__(self, *keys: SigningKey) -> None:
        self.discovery: dict[str, Any] = {"issuer": ISSUER, "jwks_uri": JWKS}
        self.keys: Any = [one.public_jwk for one in keys]
        self.is_up = True
        self.fetched: list[str] = []
        self.gate: asyncio.Event | None = None

    async def __call__(self, url: str) -> dict[str, Any]:
        self.fetched.append(url)
        if self.gate is not None:
            await self.gate.wait()
        if not self.is_up:
            raise DocumentUnavailable(f"{url} does not answer")
        return self.discovery if url == f"{ISSUER}/.well-known/openid-configuration" else {"keys": self.keys}

    @property
    def fetches(self) -> int:
        """Of both documents."""
        return sum(url == JWKS for url in self.fetched)


@pytest.fixture
def clock() -> Clock:
    return Clock(1000)


@pytest.fixture
def origin() -> FakeIssuer:
    return FakeIssuer(key(), key("ES256"))


@pytest.fixture
def keys(origin: FakeIssuer, clock: Clock) -> IssuerKeys:
    return IssuerKeys(ISSUER, fetch=origin, clock=clock)


async def reason_of(keys: IssuerKeys, kid: str) -> str:
    with pytest.raises(Untrusted) as caught:
        await keys.key(kid)
    return caught.value.reason


async def settled(is_so: Callable[[], bool]) -> None:
    """Until what runs in the background has come to something."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what is waited for knows nothing of tests
            await asyncio.sleep(0)


async def test_keys_are_found_by_discovery_and_kept(keys: IssuerKeys, origin: FakeIssuer) -> None:
    assert keys.current is None
    assert (await keys.key("rs256")).algorithms == {"RS256"}
    assert (await keys.key("es256")).algorithms == {"ES256"}
    assert origin.fetched == [f"{ISSUER}/.well-known/openid-configuration", JWKS]


async def test_an_issuer_may_have_a_path_and_a_slash(origin: FakeIssuer) -> None:
    keys = IssuerKeys(f"{ISSUER}/tenant/", fetch=origin)
    with pytest.raises(ServiceUnavailable):
        await keys.key("rs256")
    assert origin.fetched == [f"{ISSUER}/tenant/.well-known/openid-configuration"]


async def test_a_new_key_is_seen_when_a_token_names_it(keys: IssuerKeys, origin: FakeIssuer, clock: Clock) -> None:
    await keys.key("rs256")
    before = keys.current
    new = SigningKey.make("new", "ES256")
    origin.keys = [new.public_jwk]
    clock.now += 10
    assert (await keys.key("new")).algorithms == {"ES256"}
    assert keys.current is not before
    assert await reason_of(keys, "rs256") == "key_unknown"


async def test_a_key_that_was_withdrawn_is_noticed(keys: IssuerKeys, origin: FakeIssuer, clock: Clock) -> None:
    await keys.key("rs256")
    origin.keys = origin.keys[1:]
    clock.now += 29
    await keys.key("rs256")
    assert origin.fetches == 1
    clock.now += 1
    await keys.key("rs256")  # answered at once, looked after in the background
    await settled(lambda: keys.current is not None and "rs256" not in keys.current)
    assert await reason_of(keys, "rs256") == "key_unknown"
    assert origin.fetches == 2


async def test_a_key_that_was_withdrawn_in_a_quiet_night_does_not_answer_in_the_morning(
    keys: IssuerKeys, origin: FakeIssuer, clock: Clock
) -> None:
    await keys.key("rs256")
    origin.keys = origin.keys[1:]
    clock.now += 10 * 3600
    assert await reason_of(keys, "rs256") == "key_unknown"
    assert (await keys.key("es256")).algorithms == {"ES256"}
    assert origin.fetches == 2


async def test_an_issuer_that_hangs_keeps_nobody_for_long(origin: FakeIssuer, clock: Clock) -> None:
    keys = IssuerKeys(ISSUER, fetch=origin, clock=clock, patience_seconds=0.01)
    await keys.key("rs256")
    origin.gate = asyncio.Event()
    clock.now += 3600
    assert (await keys.key("rs256")).algorithms == {"RS256"}
    origin.gate.set()
    await settled(lambda: origin.fetches == 2)


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_patience_is_a_time(seconds: float) -> None:
    with pytest.raises(ValueError, match="patience"):
        IssuerKeys(ISSUER, patience_seconds=seconds)


@pytest.mark.parametrize("pause", [1, 7, 25, 39, 40, 300])
async def test_a_token_of_a_withdrawn_key_ends_within_a_minute(origin: FakeIssuer, clock: Clock, pause: int) -> None:
    wall = Clock()
    judge = verifier(keys=IssuerKeys(ISSUER, fetch=origin, clock=clock), clock=wall)
    token = bearing(key().token(claims()))
    await judge.verify(token)
    origin.keys = origin.keys[1:]
    withdrawn, refused = wall.now, False
    while not refused:
        assert wall.now - withdrawn < 60
        clock.now, wall.now = clock.now + pause, wall.now + pause
        refused = await outcome(judge, token) == "key_unknown"
        for _ in range(5):
            await asyncio.sleep(0)  # what was begun in the background comes to its end


async def test_the_same_keys_again_are_no_change(keys: IssuerKeys, origin: FakeIssuer, clock: Clock) -> None:
    await keys.key("rs256")
    before = keys.current
    clock.now += 30
    await keys.key("rs256")
    await settled(lambda: origin.fetches == 2)
    clock.now += 29
    await keys.key("rs256")
    assert keys.current is before
    assert origin.fetches == 2


async def test_a_flood_of_unknown_keys_is_one_fetch_in_ten_seconds(
    keys: IssuerKeys, origin: FakeIssuer, clock: Clock
) -> None:
    await keys.key("rs256")
    for second in range(100):
        clock.now += 1
        for number in range(50):
            assert await reason_of(keys, f"{second}-{number}") == "key_unknown"
    assert origin.fetches == 1 + 10


async def test_whoever_asks_meanwhile_waits_for_the_same_fetch(keys: IssuerKeys, origin: FakeIssuer) -> None:
    origin.gate = asyncio.Event()
    asking = [asyncio.create_task(keys.key("rs256")) for _ in range(20)]
    await settled(lambda: len(origin.fetched) == 1)
    asking[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking[0]
    origin.gate.set()
    assert all(found.algorithms == {"RS256"} for found in await asyncio.gather(*asking[1:]))
    assert origin.fetches == 1


async def test_known_keys_survive_an_issuer_that_is_down(
    keys: IssuerKeys, origin: FakeIssuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await keys.key("rs256")
    origin.is_up = False
    with caplog.at_level(logging.WARNING, "switchover.trust"):
        for _ in range(100):
            clock.now += 60
            await keys.key("rs256")
            await asyncio.sleep(0)
            assert await reason_of(keys, "unknown") == "key_unknown"
    assert caplog.records
    clock.now += 24 * 3600
    with pytest.raises(ServiceUnavailable):
        await keys.key("rs256")
    origin.is_up = True
    clock.now += 10
    assert (await keys.key("rs256")).algorithms == {"RS256"}


async def test_without_known_keys_nobody_can_be_judged(keys: IssuerKeys, origin: FakeIssuer, clock: Clock) -> None:
    origin.is_up = False
    for _ in range(50):
        with pytest.raises(ServiceUnavailable) as caught:
            await keys.key("rs256")
        assert caught.value.retry_after == 10
    assert len(origin.fetched) == 1
    origin.is_up = True
    clock.now += 10
    await keys.key("rs256")


@pytest.mark.parametrize(
    "discovery",
    [
        {},
        {"issuer": ISSUER},
        {"issuer": f"{ISSUER}/", "jwks_uri": JWKS},
        {"issuer": "https://ISSUER.example", "jwks_uri": JWKS},
        {"issuer": [ISSUER], "jwks_uri": JWKS},
        {"issuer": ISSUER, "jwks_uri": "http://keys.example/jwks"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER, "jwks_uri": ["https://keys.example/jwks"]},
    ],
)
async def test_a_discovery_document_that_is_not_the_issuers_gives_no_keys(
    keys: IssuerKeys, origin: FakeIssuer, discovery: dict[str, Any]
) -> None:
    origin.discovery = discovery
    with pytest.raises(ServiceUnavailable):
        await keys.key("rs256")
    assert origin.fetches == 0


async def test_what_is_no_key_set_does_not_replace_one(keys: IssuerKeys, origin: FakeIssuer, clock: Clock) -> None:
    await keys.key("rs256")
    before, origin.keys = keys.current, "none"
    clock.now += 10
    assert await reason_of(keys, "new") == "key_unknown"
    assert origin.fetches == 2
    assert keys.current is before


def test_a_fetch_that_its_event_loop_left_behind_is_not_waited_for(origin: FakeIssuer, clock: Clock) -> None:
    keys = IssuerKeys(ISSUER, fetch=origin, clock=clock)

    async def abandoned() -> None:
        origin.gate = asyncio.Event()
        asyncio.create_task(keys.key("rs256")).add_done_callback(lambda _: None)
        await settled(lambda: len(origin.fetched) == 1)
        origin.gate = None

    asyncio.run(abandoned())
    clock.now += 10
    assert asyncio.run(keys.key("rs256")).algorithms == {"RS256"}


def test_it_says_how_it_goes_about_it(keys: IssuerKeys) -> None:
    assert keys.described() == [
        f"keys: by discovery at {ISSUER}, fetched at most every 10 s, looked at again after 30 s, "
        "out 60 s after they were withdrawn, used for 24 h while it does not answer"
    ]
