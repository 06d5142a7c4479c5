"""API keys from one side to the other: `port.http(credentials=…)` to `port.serve(verifier=…)`."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from switchover import ApiKey, ApiKeyVerifier, AsgiTransport, HttpxTransport, IpAllowlist, Principal
from switchover.errors import Forbidden, Unauthenticated
from switchover.port.serve import Service
from switchover.trust import key_hash
from unit.port.desk import AIKO, InMemoryDesk, NoteDraft, desk_port
from unit.port.peers import served

OLD, NEW, JOB = (f"a-key-for-tests-alone-{name}-0123456789" for name in ("old", "new", "job"))
KEYS = {
    Principal("web", may_act_for_users=True): [OLD, key_hash(NEW)],
    Principal("job", may_act_for_users=False): [JOB],
}


def service(**given: Any) -> Service:
    return desk_port().serve(InMemoryDesk(), verifier=ApiKeyVerifier(KEYS, **given))


@pytest.mark.parametrize("key", [OLD, NEW])
async def test_a_service_with_a_live_key_calls_for_its_users(key: str) -> None:
    with served(service(allow=IpAllowlist(["127.0.0.0/8"]))) as address:
        async with HttpxTransport(address) as transport:
            desk = desk_port().http(transport=transport, credentials=ApiKey(key))
            note = await desk.add_note(AIKO, NoteDraft(title="a"))
            assert await desk.get_note(AIKO, note.id) == note


async def test_nobody_else_does() -> None:
    transport = AsgiTransport(service())
    for key, refusal in ((OLD + "x", Unauthenticated), (JOB, Forbidden)):
        desk = desk_port().http(transport=transport, credentials=ApiKey(key))
        with pytest.raises(refusal):
            await desk.add_note(AIKO, NoteDraft(title="a"))


def client(app: Any, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(peer, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://desk")


async def test_what_is_refused_is_the_same_for_every_wrong_key() -> None:
    async with client(service(), "10.1.2.3") as asking:
        answers = []
        for headers in ({}, {"x-api-key": "x"}, {"x-api-key": OLD + "x"}, [("x-api-key", OLD)] * 2):
            answer = await asking.get("/api/notes", headers=headers)
            answers.append((answer.status_code, answer.headers["www-authenticate"], answer.json()["detail"]))
    assert set(answers) == {(401, "ApiKey", "Valid service credentials are required.")}


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "status"),
    [
        ("10.1.2.3", None, 0, 400),
        ("192.0.2.1", None, 0, 403),
        ("192.0.2.1", "10.1.2.3", 0, 403),
        ("192.0.2.1", "10.1.2.3", 1, 400),
        ("192.0.2.1", "10.1.2.3, 192.0.2.9", 1, 403),
        ("192.0.2.1", "10.1.2.3,", 1, 403),
        ("fe80::1%eth0", None, 0, 403),
    ],
)
async def test_a_key_counts_from_its_addresses_alone(
    peer: str, forwarded: str | None, proxies: int, status: int
) -> None:
    app = service(allow=IpAllowlist(["10.0.0.0/8"], trusted_proxies=proxies))
    headers = {"x-api-key": OLD} | ({"x-forwarded-for": forwarded} if forwarded is not None else {})
    async with client(app, peer) as asking:
        answer = await asking.get("/api/notes", headers=headers)
    assert answer.status_code == status  # 400: it was let in, and named no caller
    if status == 403:
        assert answer.json()["detail"] == "This service may not be called from there."
